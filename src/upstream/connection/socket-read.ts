/** Of a chunk's framing, its two line ends (RFC 9112 7.1). */
const LINE_END_BYTES = 4;

/** Bytes of the socket read that is parsed at this moment which no chunk accounts for yet. */
let left = 0;

/** Says that so many bytes that were read of a socket are parsed from now on; 0 that they have been. */
export function parsing(bytes: number): void {
  left = bytes;
}

/**
 * Takes a chunk of so many bytes off the read that is parsed, and says whether it is the last one, as far as sizes tell.
 * A chunk that began in the read before counts for a few bytes too many: a tiny one behind it may come after "the last".
 * False between reads, and where chunks are framed in more bytes than they need.
 */
export function endsRead(bytes: number): boolean {
  if (left <= 0) return false;
  left -= bytes + sizeDigits(bytes) + LINE_END_BYTES;
  return left <= 0;
}

/** How many hexadecimal digits a size has. */
function sizeDigits(bytes: number): number {
  return (35 - Math.clz32(bytes)) >> 2;
}
