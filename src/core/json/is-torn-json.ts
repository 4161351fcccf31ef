import { endOfJsonString } from './end-of-json-string.js';

const QUOTE = 0x22;
/** `[` and `{` differ in one bit only, and so do `]` and `}`. */
const CASE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** True for a text that begins with an object or array and ends before that does. Other mistakes are not looked for. */
export function isTornJson(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfJsonString(text, at);
      if (at === -1) return true;
    } else if ((code | CASE_BIT) === OPENING) depth += 1;
    else if ((code | CASE_BIT) === CLOSING) {
      depth -= 1;
      if (depth === 0) return false;
    }
  }
  return true;
}
