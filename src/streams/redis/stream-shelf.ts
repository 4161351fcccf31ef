import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamCard } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { entryFields, entryId, readEntry, type Entry } from './entry.js';
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
    const [last] = await this.redis.xrevrangeBuffer(keysOf(id).log, '+', '-', 'COUNT', 1);
    return last && readEntry([last[0], last[1]]);
  }

  /** Ends a stream in its producer's place, with these bytes as its last frame, unless somebody else has. */
  async endFor(id: string, frameOf: (number: number) => string): Promise<void> {
    const last = await this.lastEntry(id);
    if (last === undefined || last.end) return;
    const number = last.first + last.count;
    const bytes = Buffer.from(frameOf(number));
    const entry = { epoch: last.epoch + 1, first: number, count: 1, bytes, end: true };
    const { log } = keysOf(id);
    await this.redis.xadd(log, 'NOMKSTREAM', entryId(entry), ...entryFields(entry)).catch(() => undefined);
    await this.redis.pexpire(log, this.keepMs());
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
}
