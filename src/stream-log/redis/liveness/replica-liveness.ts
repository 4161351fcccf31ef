import { LRUCache } from 'lru-cache';
import type { RedisClient } from '../connection/redis-client.js';
import { leaseKey } from '../connection/keys.js';

/** How many replicas that were missed once are remembered. */
const REMEMBERED = 1_000;
/** For how many times the doubt: who was missed long ago may have been there since. */
const SUSPECTS_REMEMBERED = 8;

/** Tells whether other replicas live. */
export class ReplicaLiveness {
  /** When each was missed first, in milliseconds. */
  readonly #missed = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly redis: RedisClient,
    /** How long a lease that is missing may be renewed yet, in milliseconds. */
    private readonly suspicionMs: number,
  ) {
    // A Redis that was away has lost every lease for a moment.
    redis.on('close', () => this.#missed.clear());
  }

  /**
   * True for a replica whose lease was missing twice, long enough apart for a living one to renew it. Rejects where Redis
   * does not answer.
   */
  async isDead(replica: string): Promise<boolean> {
    const askedAt = performance.now();
    if (await this.#lives(replica)) {
      this.#missed.delete(replica);
      return false;
    }
    const missedFor = askedAt - (this.#missed.get(replica) ?? Number.NEGATIVE_INFINITY);
    if (missedFor >= this.suspicionMs && missedFor <= SUSPECTS_REMEMBERED * this.suspicionMs) return true;
    // When the question was answered nobody knows: the first time counts from its answer, the second from its question.
    if (missedFor >= this.suspicionMs) this.#missed.set(replica, performance.now());
    return false;
  }

  /** What was seen before Redis failed says nothing about now. */
  async #lives(replica: string): Promise<boolean> {
    try {
      return (await this.redis.exists(leaseKey(replica))) === 1;
    } catch (error) {
      this.#missed.clear();
      throw error;
    }
  }
}
