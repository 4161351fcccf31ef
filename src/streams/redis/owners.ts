import { LRUCache } from 'lru-cache';
import type { RedisClient } from './connect.js';
import { leaseKey } from './keys.js';

/** How many replicas that were missed once are remembered. */
const REMEMBERED = 1_000;

/** Tells whether other replicas live. */
export class Owners {
  /** When each was missed first, on this connection; milliseconds. */
  readonly #missed = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly redis: RedisClient,
    /** How long a lease that is missing may be renewed yet, in milliseconds. */
    private readonly doubtMs: number,
  ) {
    // A Redis that was away has lost every lease for a moment.
    redis.on('close', () => this.#missed.clear());
  }

  /**
   * True for a replica whose lease was missing twice, long enough apart for a living one to renew it. Rejects where Redis
   * does not answer.
   */
  async isDead(replica: string): Promise<boolean> {
    const now = performance.now();
    if ((await this.redis.exists(leaseKey(replica))) === 1) {
      this.#missed.delete(replica);
      return false;
    }
    const missed = this.#missed.get(replica);
    if (missed === undefined) this.#missed.set(replica, now);
    return missed !== undefined && now - missed >= this.doubtMs;
  }
}
