import { setTimeout as delay } from 'node:timers/promises';
import { Random } from './random.mjs';

/** From one disturbance to the next, in milliseconds. */
const CALM_MS = /** @type {const} */ ([8_000, 16_000]);

/**
 * What is done to Redis and to the replicas, by the seed, until the time is over.
 * @param {import('./world.mjs').World} world
 * @param {object} options
 * @param {import('../measure/redis.mjs').OwnRedis} options.redis
 * @param {Record<import('./world.mjs').Place, import('../measure/child.mjs').Child>} options.replicas
 * @param {number} options.seed
 * @param {number} options.untilMs of the sitting
 */
export async function disturb(world, { redis, replicas, seed, untilMs }) {
  const random = new Random(seed);
  for (;;) {
    await delay(random.between(...CALM_MS));
    if (world.now > untilMs) return;
    const kind = random.next();
    if (kind < 0.4) {
      await world.disturb('redis restarted empty', async () => {
        await redis.kill();
        await delay(random.between(50, 3_000));
        await redis.begin();
      });
    } else if (kind < 0.75) {
      await world.disturb('redis frozen', async () => {
        redis.freeze();
        await delay(random.between(1_000, 3_000));
        redis.thaw();
      });
    } else {
      // Shorter than a lease: who is frozen longer is dead for the others.
      const place = random.chance(0.5) ? 'a' : 'b';
      await world.disturb(`${place} frozen`, async () => {
        replicas[place].process.kill('SIGSTOP');
        await delay(random.between(1_000, 1_800));
        replicas[place].process.kill('SIGCONT');
      });
    }
  }
}
