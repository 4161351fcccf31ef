import { webcrypto } from 'node:crypto';

const ID_BYTES = 16;
/** As many ids are drawn at once: a draw costs the same for one. */
const DRAWN = 256;

const bytes = Buffer.alloc(ID_BYTES * DRAWN);
let next = bytes.length;

/** A new stream's id: 128 bits from the system's secure source, in 32 hexadecimal digits. Nobody can guess it. */
export function newStreamId(): string {
  if (next === bytes.length) {
    webcrypto.getRandomValues(bytes);
    next = 0;
  }
  const id = bytes.toString('hex', next, next + ID_BYTES);
  // What was given out is kept nowhere else.
  bytes.fill(0, next, next + ID_BYTES);
  next += ID_BYTES;
  return id;
}
