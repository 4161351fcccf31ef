import { LRUCache } from 'lru-cache';
import { comparePlaces, type ListPlace } from '../../list-place.js';
import type { StreamMetadata } from '../../stream-log.js';
import type { RedisClient } from '../connection/redis-client.js';
import { ownerKey } from '../connection/keys.js';

/** How many streams of one owner are found, give or take those of a minute. */
const MAX_LISTED = 10_000;
/** How often the expiry of an index is renewed, in milliseconds. */
const RENEWAL_MS = 60_000;
/** For how long a stream counts as one that has just begun, in milliseconds: longer than an answer is waited for. */
const NEW_MS = 5_000;
/** Streams of one millisecond may stand before a place: so many more are requested, and four times as many where more do. */
const SPARE = 16;
/** Of how many owners it is known when that was. */
const REMEMBERED = 10_000;

/** Which streams an owner has. */
export class OwnerIndex {
  /** When the expiry of each index was renewed, in milliseconds. */
  readonly #renewed = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly redis: RedisClient,
    /** How long the streams of an owner that begins no more are found, in milliseconds. */
    private readonly keepMs: () => number,
    /** Carries what is added. */
    private readonly writer = redis,
  ) {
    // It may have come back without any of them.
    writer.on('close', () => this.#renewed.clear());
  }

  /** A stream that is not found in a list is found by its id: what fails here is sent again only with its first frames. */
  add({ id, owner, startedAt }: StreamMetadata): void {
    this.#request((redis) => redis.zadd(ownerKey(owner), startedAt, id));
    const now = performance.now();
    if (now - (this.#renewed.get(owner) ?? Number.NEGATIVE_INFINITY) >= RENEWAL_MS) this.#renew(owner, now);
  }

  #renew(owner: string, now: number): void {
    const key = ownerKey(owner);
    this.#renewed.set(owner, now);
    this.#request(async (redis) => {
      const isThere = await redis.pexpire(key, this.keepMs() + RENEWAL_MS).catch(() => 0);
      // A Redis without memory has taken no stream in, and has no index to keep.
      if (isThere === 0) this.#renewed.delete(owner);
    });
    this.#request((redis) => redis.zremrangebyrank(key, 0, -MAX_LISTED - 1));
  }

  /** What fails does no harm, and a client of a cluster that does not know the node yet throws at once. */
  #request(send: (redis: RedisClient) => Promise<unknown>): void {
    const sent = async () => send(this.writer);
    sent().catch(() => undefined);
  }

  /** So many of those that stand behind a place, the latest first; all places are of one moment. */
  async list(owner: string, after: ListPlace | undefined, count: number): Promise<ListPlace[]> {
    const newest = after?.startedAt ?? '+inf';
    for (let requested = count + SPARE; ; requested *= 4) {
      const pairs = await this.redis.zrevrangebyscore(
        ownerKey(owner),
        newest,
        '-inf',
        'WITHSCORES',
        'LIMIT',
        0,
        requested,
      );
      const places = Array.from({ length: pairs.length / 2 }, (_, at) => ({
        id: pairs[2 * at] ?? '',
        startedAt: Number(pairs[2 * at + 1]),
      }));
      const found = after === undefined ? places : places.filter((place) => comparePlaces(place, after) > 0);
      if (found.length >= count || places.length < requested) return found.slice(0, count);
    }
  }

  /** They are not there any more. Of one that has just begun that is not known: another node of a cluster may have it next. */
  async remove(owner: string, streams: readonly ListPlace[]): Promise<void> {
    const newest = Date.now() - NEW_MS;
    const ids = streams.filter(({ startedAt }) => startedAt < newest).map(({ id }) => id);
    if (ids.length > 0) await this.redis.zrem(ownerKey(owner), ...ids);
  }
}
