/** A member at the top level of a JSON object's text: where it begins, and where its value stands. */
export interface JsonMember {
  readonly name: string;
  readonly from: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

/** What changes how deep a text is, or begins a string, in which both mean nothing. */
const STRUCTURE = /["[\]{}]/g;
/** Where a value ends that is neither string, list nor object. */
const END_OF_WORD = /[\s,\]}]/g;
const NO_BLANK = /\S/g;

/**
 * The members of a JSON object, in their order, those of one name too, each found when it is asked for. The text has been
 * parsed: it is one. Linear.
 */
export function* jsonMembers(text: string): Generator<JsonMember, void, undefined> {
  let at = find(NO_BLANK, text, find(NO_BLANK, text, 0) + 1);
  while (text[at] === '"') {
    const nameTo = endOfString(text, at);
    const valueFrom = find(NO_BLANK, text, find(NO_BLANK, text, nameTo) + 1);
    const valueTo = endOfValue(text, valueFrom);
    yield { name: String(JSON.parse(text.slice(at, nameTo))), from: at, valueFrom, valueTo };
    const comma = find(NO_BLANK, text, valueTo);
    if (text[comma] !== ',') break;
    at = find(NO_BLANK, text, comma + 1);
  }
}

/** The first member of this name; undefined without one. */
export function jsonMember(text: string, name: string): JsonMember | undefined {
  for (const member of jsonMembers(text)) if (member.name === name) return member;
  return undefined;
}

/** Behind a string's closing quote, given where its opening one stands. */
export function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  if (text[from] !== '{' && text[from] !== '[') return find(END_OF_WORD, text, from);
  let depth = 0;
  let at = from;
  do {
    at = find(STRUCTURE, text, at);
    if (text[at] === '"') {
      at = endOfString(text, at);
      continue;
    }
    depth += text[at] === '{' || text[at] === '[' ? 1 : -1;
    at += 1;
  } while (depth > 0 && at < text.length);
  return at;
}

/** Where the first match stands from there on; the text's length if there is none. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
