import { webcrypto } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** As many random numbers are drawn at once: a draw costs the same for one. */
const DRAWN = 1024;

const numbers = new Uint32Array(DRAWN);
let next = DRAWN;

const generator = new V7Generator({
  nextUint32() {
    if (next === DRAWN) {
      webcrypto.getRandomValues(numbers);
      next = 0;
    }
    const number = numbers[next] ?? 0;
    numbers[next] = 0;
    next += 1;
    return number;
  },
});

/** A new stream's id: a UUIDv7, whose 74 random bits come from the system's secure source. */
export function newStreamId(): string {
  return generator.generate().toString();
}
