import { SluiceError } from './sluice-error.js';

/** No answer of a model is nested as deeply, and what reads a value level by level runs out of stack at some thousands. */
const MAX_DEPTH = 256;
/** Objects, arrays and fields of one event: V8 takes up to a microsecond for each of them, and an eighth for an item. */
const MAX_NODES = 200_000;
const ITEMS_PER_NODE = 8;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** `[` and `{` differ in one bit only, and so do `]` and `}`. */
const CASE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * The value of a JSON text that an upstream sent; undefined if it is no JSON. Throws `upstream-error` if it is nested
 * deeper than 256 levels, or holds more than `maxNodes` objects, arrays and fields; eight items count
 * for one.
 */
export function parseJson(text: string, maxNodes = MAX_NODES): unknown {
  // A text of so few characters holds neither.
  if (text.length > 2 * MAX_DEPTH) refuseIfUnbounded(text, maxNodes);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One pass over the text, which stops where a bound is exceeded. */
function refuseIfUnbounded(text: string, maxNodes: number): void {
  let depth = 0;
  let left = maxNodes * ITEMS_PER_NODE;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return;
    } else if ((code | CASE_BIT) === OPENING) {
      depth += 1;
      left -= ITEMS_PER_NODE;
    } else if ((code | CASE_BIT) === CLOSING) depth -= 1;
    else if (code === COLON) left -= ITEMS_PER_NODE;
    else if (code === COMMA) left -= 1;
    if (depth > MAX_DEPTH || left < 0) {
      const problem = 'The upstream sent JSON that is nested too deeply, or that holds too many values';
      throw new SluiceError('upstream-error', problem);
    }
  }
}

/** The offset of the quote that ends the string which begins at `from`; -1 without one. */
function endOfString(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at;
}

/** True after an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
