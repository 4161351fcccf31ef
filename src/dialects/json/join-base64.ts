/** Pieces of base64 as one: each may have an end of its own, or be cut anywhere (RFC 4648). */
export function joinBase64(pieces: readonly string[]): string {
  const text = pieces.join('');
  const end = text.indexOf('=');
  // Nearly always: nothing ends before the end.
  if (end === -1 || /^=+$/.test(text.slice(end))) return text;
  const parts = text.match(/[^=]+/g) ?? [];
  return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))).toString('base64');
}
