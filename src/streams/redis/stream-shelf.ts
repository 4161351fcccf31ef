import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamCard } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { entryFields, entryId, isNotNew, readEntry, TAKEN_OVER, type Entry } from './entry.js';
import { keysOf } from './keys.js';
import { readMeta, type Meta } from './meta.js';

/** How many entries are read at once. */
const PAGE = 200;

/** How long the sign that somebody reads is good, in milliseconds. */
const READERS_MS = 5_000;

/** Entries, and where to read on. */
export interface Page {
  readonly entries: readonly Entry[];
  /** The id of the last one; as given where there is none. */
  readonly cursor: string;
  /** There may be more at once. */
  readonly full: boolean;
}

/** What is said in place of the frames that a dead producer owes. */
export type LastFrameEncoder = (stream: StreamCard, number: number, error: SluiceError) => string;

/** Reads the streams of all replicas. Everything rejects where Redis does not answer. */
export class StreamShelf {
  constructor(
    private readonly redis: RedisClient,
    private readonly keepMs: () => number,
  ) {}

  /** Undefined for a stream that is unknown. */
  async meta(id: string): Promise<Meta | undefined> {
    const text = await this.redis.get(keysOf(id).meta);
    return text === null ? undefined : readMeta(id, text);
  }

  /** The entries after a cursor; `-` for all. */
  async page(id: string, cursor: string): Promise<Page> {
    const from = cursor === '-' ? '-' : `(${cursor}`;
    const raw = await this.redis.xrangeBuffer(keysOf(id).log, from, '+', 'COUNT', PAGE);
    const entries = raw.map(([entry, fields]) => readEntry([entry, fields]));
    return { entries, cursor: raw.at(-1)?.[0].toString() ?? cursor, full: raw.length === PAGE };
  }

  /** Undefined where there is no log. */
  async lastEntry(id: string): Promise<Entry | undefined> {
    const [last] = await this.#lastEntries(id, 1);
    return last;
  }

  /**
   * Ends a stream in its producer's place, with these bytes as its last frame, unless somebody else has. Nothing of it is
   * done twice, by however many at once. True if it has ended.
   */
  async endFor(id: string, frameOf: (number: number) => string): Promise<boolean> {
    const seen = await this.lastEntry(id);
    if (seen === undefined) return false;
    if (seen.end) return true;
    // The producer may live yet. Behind this entry it writes no more, and what it wrote last is known.
    const next = seen.first + seen.count;
    const bytes = Buffer.alloc(0);
    await this.#add(id, `${TAKEN_OVER}-0`, { first: next, count: 0, bytes, end: false });
    const [last, before] = await this.#lastEntries(id, 2);
    if (last === undefined || last.end || before === undefined) return last?.end ?? false;
    const first = before.first + before.count;
    const frame = before.end ? bytes : Buffer.from(frameOf(first));
    const end = { epoch: TAKEN_OVER, first, count: before.end ? 0 : 1, bytes: frame, end: true };
    await this.#add(id, entryId(end), end);
    await this.redis.pexpire(keysOf(id).log, this.keepMs());
    return true;
  }

  /** Asks for the end of a stream for one that may not be listening. */
  async markStopped(id: string): Promise<void> {
    await this.redis.set(keysOf(id).stop, '1', 'PX', this.keepMs());
  }

  async isStopped(id: string): Promise<boolean> {
    return (await this.redis.exists(keysOf(id).stop)) === 1;
  }

  /** Says for a few seconds that somebody reads it here. */
  async markRead(id: string): Promise<void> {
    await this.redis.set(keysOf(id).readers, '1', 'PX', READERS_MS);
  }

  async isRead(id: string): Promise<boolean> {
    return (await this.redis.exists(keysOf(id).readers)) === 1;
  }

  /** The last one first. */
  async #lastEntries(id: string, count: number): Promise<Entry[]> {
    const raw = await this.redis.xrevrangeBuffer(keysOf(id).log, '+', '-', 'COUNT', count);
    return raw.map(([entry, fields]) => readEntry([entry, fields]));
  }

  /** Somebody else may have added it before. */
  async #add(id: string, entry: string, fields: Omit<Entry, 'epoch'>): Promise<void> {
    try {
      await this.redis.xadd(keysOf(id).log, 'NOMKSTREAM', entry, ...entryFields(fields));
    } catch (error) {
      if (!isNotNew(error)) throw error;
    }
  }
}
