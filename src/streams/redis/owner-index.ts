import type { StreamCard } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { ownerKey } from './keys.js';

/** How many streams of one owner are found. */
const MAX_LISTED = 10_000;
/** How often an index is told how long to live, in milliseconds. */
const RENEWAL_MS = 60_000;

interface Index {
  /** Ids and when they began, that are not written yet. */
  readonly added: Map<string, number>;
  renewedAt: number;
}

/** Which streams an owner has. What begins in one turn of the event loop is one command an owner. */
export class OwnerIndex {
  readonly #indexes = new Map<string, Index>();
  #scheduled = false;

  constructor(
    private readonly redis: RedisClient,
    /** How long the streams of an owner that begins no more are found, in milliseconds. */
    private readonly keepMs: () => number,
  ) {}

  add({ id, owner, startedAt }: StreamCard): void {
    const index = this.#indexes.get(owner) ?? { added: new Map(), renewedAt: Number.NEGATIVE_INFINITY };
    index.added.set(id, startedAt);
    this.#indexes.set(owner, index);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#write());
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
    this.#scheduled = false;
    const now = performance.now();
    for (const [owner, index] of this.#indexes) {
      const key = ownerKey(owner);
      const { added } = index;
      const members = [...added].flatMap(([id, startedAt]) => [startedAt, id]);
      added.clear();
      if (members.length > 0) this.redis.zadd(key, ...members).catch(() => undefined);
      if (now - index.renewedAt < RENEWAL_MS) continue;
      index.renewedAt = now;
      this.redis.pexpire(key, this.keepMs() + RENEWAL_MS).catch(() => undefined);
      this.redis.zremrangebyrank(key, 0, -MAX_LISTED - 1).catch(() => undefined);
    }
  }
}
