import { endOfString } from './json-members.js';

/** A string's beginning, or a number. */
const TOKEN = /"|-?\d[\d.eE+-]*/g;
const COLON = /\s*:/y;

/**
 * True if what JSON.parse gives says all that the text says: each number is printed as it was written, and no object has a name
 * twice. `1.0` counts as another number than `1`. Linear.
 */
export function isReadExactly(json: string): boolean {
  let names = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(json); token !== null; token = TOKEN.exec(json)) {
    const [text] = token;
    if (text !== '"') {
      if (String(Number(text)) !== text) return false;
      continue;
    }
    TOKEN.lastIndex = COLON.lastIndex = endOfString(json, token.index);
    if (COLON.test(json)) names += 1;
  }
  return names === countNames(JSON.parse(json));
}

function countNames(value: unknown): number {
  const open: unknown[] = [value];
  let names = 0;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next);
    if (!Array.isArray(next)) names += inner.length;
    for (const one of inner) open.push(one);
  }
  return names;
}
