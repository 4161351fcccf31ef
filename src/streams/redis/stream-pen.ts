import type { StreamCard } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { entryFields, entryId, isNotNew, PRODUCED, type Entry } from './entry.js';
import { keysOf } from './keys.js';
import { printMeta } from './meta.js';

/** Frames that are written together. */
export interface Batch extends Omit<Entry, 'epoch'> {
  /** It is the first of its stream. */
  readonly begins: boolean;
}

/**
 * What came of writing a batch. `unknown`: ask again. `gone`: the log is not there any more. `shut-out`: another replica has
 * taken the stream over.
 */
export type Written = 'written' | 'unknown' | 'gone' | 'shut-out';

/** What a pen is made of. */
export interface StreamPenOptions {
  readonly redis: RedisClient;
  readonly card: StreamCard;
  readonly replica: string;
  /** How long a stream is kept after its end, in milliseconds. */
  readonly keepMs: number;
  /** How long one that runs is kept without a renewal: longer than it takes to see that its producer is dead. */
  readonly runMs: number;
}

/** Writes one stream into Redis. Nothing here rejects. */
export class StreamPen {
  constructor(private readonly options: StreamPenOptions) {}

  async write(batch: Batch): Promise<Written> {
    try {
      return await (batch.begins ? this.#begin(batch) : this.#append(batch));
    } catch (error) {
      if (!isNotNew(error)) return 'unknown';
      return this.#isOwn().catch(() => 'unknown' as const);
    }
  }

  /** Others learn that the frames cannot be read. True if that was heard. */
  async announceLoss(): Promise<boolean> {
    const { redis, card, replica, keepMs } = this.options;
    const { log, meta } = keysOf(card.id);
    const lost = printMeta({ card, replica, lost: true });
    try {
      await redis.del(log);
      // Where there is no memory for it, nothing says the same.
      await redis.set(meta, lost, 'PX', 2 * keepMs).catch(() => redis.del(meta));
      return true;
    } catch {
      return false;
    }
  }

  /** The stream runs: what is kept of it is kept on. */
  async renew(): Promise<void> {
    const { redis, card, runMs } = this.options;
    const { log, meta } = keysOf(card.id);
    await Promise.allSettled([redis.pexpire(log, runMs), redis.pexpire(meta, 2 * runMs)]);
  }

  /** All of it, or it is asked for again. */
  async #begin(batch: Batch): Promise<Written> {
    const { redis, card, replica, keepMs, runMs } = this.options;
    const { log, meta } = keysOf(card.id);
    const text = printMeta({ card, replica, lost: false });
    const [added] = await Promise.all([
      redis.xadd(log, idOf(batch), ...entryFields(batch)).catch(orKnown),
      redis.set(meta, text, 'PX', 2 * runMs),
      redis.pexpire(log, batch.end ? keepMs : runMs),
    ]);
    return added === KNOWN ? this.#isOwn() : 'written';
  }

  async #append(batch: Batch): Promise<Written> {
    const { redis, card, keepMs } = this.options;
    const { log } = keysOf(card.id);
    const [added] = await Promise.all([
      redis.xadd(log, 'NOMKSTREAM', idOf(batch), ...entryFields(batch)),
      batch.end ? redis.pexpire(log, keepMs) : undefined,
    ]);
    return added === null ? 'gone' : 'written';
  }

  /** Whether the last entry is of this producer. */
  async #isOwn(): Promise<Written> {
    const { redis, card } = this.options;
    const [last] = await redis.xrevrange(keysOf(card.id).log, '+', '-', 'COUNT', 1);
    if (last === undefined) return 'gone';
    return Number(last[0].split('-')[0]) > PRODUCED ? 'shut-out' : 'written';
  }
}

const KNOWN = Symbol('known');

function orKnown(error: unknown): typeof KNOWN {
  if (isNotNew(error)) return KNOWN;
  throw error;
}

function idOf(batch: Batch): string {
  return entryId({ epoch: PRODUCED, ...batch });
}
