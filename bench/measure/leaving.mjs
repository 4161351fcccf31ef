import { ask } from './ask.mjs';

const ASK_MS = 100;
/** What the upstream has not seen by then, it never sees. */
const LIMIT_MS = 5_000;

/**
 * How long a model continues for clients that left.
 * @typedef {object} Leaving
 * @property {number} left
 * @property {number} unseen by the upstream within the limit
 * @property {number[]} ms from each client's close to the upstream's seeing it, of those that it saw, in order
 */

/**
 * Waits until the upstream has seen all clients leave, or must have.
 * @param {import('./stage.mjs').Stage} stage
 * @param {[stream: number, atMicros: number][]} left by the client
 * @returns {Promise<Leaving>}
 */
export async function watchLeaving({ upstream }, left) {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const seen = new Map((await ask(upstream, 'left')).left);
    const ms = left.flatMap(([stream, at]) => {
      const seenAt = seen.get(stream);
      return seenAt === undefined || seenAt - at > LIMIT_MS * 1000 ? [] : [(seenAt - at) / 1000];
    });
    const over = left.every(([stream]) => seen.has(stream)) || performance.now() > deadline;
    if (over) return { left: left.length, unseen: left.length - ms.length, ms: ms.toSorted((a, b) => a - b) };
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
}
