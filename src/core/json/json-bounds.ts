import { endOfJsonString } from './end-of-json-string.js';

/** Within which JSON may be parsed, and read level by level without running out of stack. */
export const MAX_JSON_DEPTH = 256;
/** A field, object or array counts as many items of an array: V8 takes up to a microsecond for one, and a quarter for a number. */
const ITEMS_PER_NODE = 4;

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
/** `[` and `{` differ in one bit only, and so do `]` and `}`. */
const CASE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * True for a JSON text that is nested at most 256 levels deep, and holds at most `maxNodes` objects, arrays and fields, of which
 * four items of arrays count for one. One pass, which stops where a bound is exceeded; whether the text is JSON is not checked.
 */
export function isWithinJsonBounds(text: string, maxNodes: number): boolean {
  // A text of so few characters can exceed neither.
  if (text.length <= 2 * MAX_JSON_DEPTH) return true;
  let depth = 0;
  let left = maxNodes * ITEMS_PER_NODE;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfJsonString(text, at);
      if (at === -1) return true;
    } else if ((code | CASE_BIT) === OPENING) {
      depth += 1;
      left -= ITEMS_PER_NODE;
    } else if ((code | CASE_BIT) === CLOSING) depth -= 1;
    // With the comma before it or after it.
    else if (code === COLON) left -= ITEMS_PER_NODE - 1;
    else if (code === COMMA) left -= 1;
    if (depth > MAX_JSON_DEPTH || left < 0) return false;
  }
  return true;
}
