import { constants, createInflate, createInflateRaw, type Inflate, type InflateRaw } from 'node:zlib';

/** Of the first byte of a zlib header (RFC 1950 2.2): the method. */
const METHOD_MASK = 0x0f;
const DEFLATE = 8;

/** The decoder of `deflate`, which is zlib's format (RFC 9110 8.4.1.2), and of some servers the bare one. */
export function inflateFor(first: Buffer): Inflate | InflateRaw {
  const options = { flush: constants.Z_SYNC_FLUSH };
  const isZlib = ((first[0] ?? 0) & METHOD_MASK) === DEFLATE;
  return isZlib ? createInflate(options) : createInflateRaw(options);
}
