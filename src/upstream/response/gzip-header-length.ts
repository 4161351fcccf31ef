/** Of a header without its optional parts, in bytes. */
const FIXED_BYTES = 10;
const FLAGS_AT = 3;
/** How every member begins: two bytes of identification, and the one method that there is. */
const MAGIC = [0x1f, 0x8b, 0x08] as const;
/** Names and comments that are longer nobody writes. */
const MAX_BYTES = 64 * 1024;

const HAS_CHECKSUM = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;

/** How long the header is with which these bytes begin (RFC 1952 2.3); 'none' where it is none, or too long to be one. */
export function gzipHeaderLength(bytes: Buffer): number | 'unfinished' | 'none' {
  if (MAGIC.some((byte, index) => index < bytes.length && bytes[index] !== byte)) return 'none';
  const length = bytes.length < FIXED_BYTES ? Number.POSITIVE_INFINITY : lengthOf(bytes);
  if (length <= bytes.length) return length;
  return bytes.length > MAX_BYTES ? 'none' : 'unfinished';
}

/** More than there are bytes where some are missing. */
function lengthOf(bytes: Buffer): number {
  const flags = bytes[FLAGS_AT] ?? 0;
  let at = FIXED_BYTES;
  if (flags & HAS_EXTRA) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 255);
  for (const flag of [HAS_NAME, HAS_COMMENT]) if (flags & flag) at = afterText(bytes, at);
  return flags & HAS_CHECKSUM ? at + 2 : at;
}

/** Behind the zero that ends a text. */
function afterText(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0, at);
  return end === -1 || at > bytes.length ? Number.POSITIVE_INFINITY : end + 1;
}
