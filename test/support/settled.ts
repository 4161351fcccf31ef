import { setTimeout as delay } from 'node:timers/promises';

const STILL_MS = 100;
const ATTEMPTS = 100;

/** A number once it has stopped growing. Full socket buffers announce themselves by no event. */
export async function settled(read: () => number): Promise<number> {
  let last = Number.NaN;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const now = read();
    if (now === last) return now;
    last = now;
    await delay(STILL_MS);
  }
  throw new Error(`Still growing after ${ATTEMPTS * STILL_MS} ms: ${last}`);
}
