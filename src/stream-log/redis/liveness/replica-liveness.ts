import { LRUCache } from 'lru-cache';
import type { RedisClient } from '../connection/redis-client.js';
import { leaseKey } from '../connection/keys.js';

/** How many replicas that were missed once are remembered. */
const REMEMBERED = 1_000;
/** For how many suspicion times a miss counts: an older one says nothing about the present. */
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
    const requestedAt = performance.now();
    if (await this.#lives(replica)) {
      this.#missed.delete(replica);
      return false;
    }
    const missedFor = requestedAt - (this.#missed.get(replica) ?? Number.NEGATIVE_INFINITY);
    if (missedFor >= this.suspicionMs && missedFor <= SUSPECTS_REMEMBERED * this.suspicionMs) return true;
    // When Redis answered is unknown: the first miss counts from the reply, the second from the command.
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
