import { LRUCache } from 'lru-cache';
import type { StreamCard } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { ownerKey } from './keys.js';

/** How many streams of one owner are found. */
const MAX_LISTED = 10_000;
/** How often an index is told how long to live, in milliseconds. */
const RENEWAL_MS = 60_000;

/** Of how many owners it is known when that was. */
const REMEMBERED = 10_000;

/** Which streams an owner has. What begins in one turn of the event loop is one command an owner. */
export class OwnerIndex {
  /** By owner: ids and when they began, that are not written yet. */
  #added = new Map<string, Map<string, number>>();
  /** When each index was told, in milliseconds. */
  readonly #renewed = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly redis: RedisClient,
    /** How long the streams of an owner that begins no more are found, in milliseconds. */
    private readonly keepMs: () => number,
  ) {
    // It may have come back without any of them.
    redis.on('close', () => this.#renewed.clear());
  }

  add({ id, owner, startedAt }: StreamCard): void {
    if (this.#added.size === 0) setImmediate(() => this.#write());
    const added = this.#added.get(owner) ?? new Map<string, number>();
    this.#added.set(owner, added.set(id, startedAt));
  }

  /** The latest first. */
  async list(owner: string): Promise<string[]> {
    return this.redis.zrevrange(ownerKey(owner), 0, MAX_LISTED - 1);
  }

  /** They are not there any more. */
  async remove(owner: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.redis.zrem(ownerKey(owner), ...ids);
  }

  /** A stream that is not found in a list is found by its id: what fails here is not sent again. */
  #write(): void {
    const now = performance.now();
    const all = this.#added;
    this.#added = new Map();
    for (const [owner, added] of all) {
      const key = ownerKey(owner);
      const members = [...added].flatMap(([id, startedAt]) => [startedAt, id]);
      this.redis.zadd(key, ...members).catch(() => undefined);
      if (now - (this.#renewed.get(owner) ?? Number.NEGATIVE_INFINITY) < RENEWAL_MS) continue;
      this.#renewed.set(owner, now);
      this.redis.pexpire(key, this.keepMs() + RENEWAL_MS).catch(() => this.#renewed.delete(owner));
      this.redis.zremrangebyrank(key, 0, -MAX_LISTED - 1).catch(() => undefined);
    }
  }
}
