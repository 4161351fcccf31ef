import type { SluiceError } from '../../../core/sluice-error.js';
import type { StreamMetadata } from '../../stream-log.js';
import { inOneWrite, type RedisClient } from '../connection/redis-client.js';
import {
  entryFields,
  entryId,
  isDuplicate,
  openingId,
  FIRST_EPOCH,
  readEntry,
  type Entry,
  type StoredEntry,
} from './log-entry.js';
import { keysOf } from '../connection/keys.js';
import { parseMetadata, type StoredMetadata } from './stream-metadata.js';

/** How many entries are read at once. */
const PAGE = 200;

/** The shortest time that a stop flag is kept: a producer that missed the message checks it at intervals. */
const STOP_MS = 30_000;

/** How long a reader's key lives, in milliseconds. */
const READERS_MS = 5_000;

/** Entries, in order. */
export interface Page {
  readonly entries: readonly StoredEntry[];
  /** There may be more at once. */
  readonly full: boolean;
}

/** What Redis knows of a stream. */
export interface StoredStatus {
  readonly metadata: StoredMetadata;
  /** Undefined where there is no log. */
  readonly last: Entry | undefined;
}

/** What is said in place of the frames that a dead producer owes. */
export type TerminalErrorEncoder = (
  stream: StreamMetadata,
  number: number,
  error: SluiceError,
) => string | undefined;

/** Reads the streams of all replicas. Everything rejects where Redis does not answer. */
export class RedisStreamStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly keepMs: () => number,
  ) {}

  /** Undefined for a stream that is unknown. */
  async metadata(id: string): Promise<StoredMetadata | undefined> {
    const text = await this.redis.get(keysOf(id).meta);
    return text === null ? undefined : parseMetadata(id, text);
  }

  /** So many entries after the one with this id; `-`: from the first one on. */
  async page(id: string, after: string, count = PAGE): Promise<Page> {
    const from = after === '-' ? '-' : `(${after}`;
    const raw = await this.redis.xrangeBuffer(keysOf(id).log, from, '+', 'COUNT', count);
    const entries = raw.map(([entry, fields]) => readEntry([entry, fields]));
    return { entries, full: raw.length === count };
  }

  /**
   * Undefined for a stream that is unknown. What is said of the last entry was so before what is said beside: who takes a
   * stream over writes there first.
   */
  async status(id: string): Promise<StoredStatus | undefined> {
    const [last, meta] = await inOneWrite(this.redis, () =>
      Promise.all([this.lastEntry(id), this.metadata(id)]),
    );
    if (meta === undefined) return undefined;
    // A stream's first entry is written before what is said of it: it may have come between the two looks.
    return { metadata: meta, last: last ?? (await this.lastEntry(id)) };
  }

  /** The last entry, or the last before an id; undefined where there is none. */
  async lastEntry(id: string, before?: string): Promise<Entry | undefined> {
    const [last] = await this.#lastEntries(id, 1, before);
    return last;
  }

  /** All frames of a stream; undefined where some are missing. */
  async readAll(id: string): Promise<{ readonly frames: number; readonly bytes: Buffer } | undefined> {
    const all: Buffer[] = [];
    let frames = 0;
    for (let after = '-', full = true; full;) {
      const page = await this.page(id, after);
      for (const { first, count, bytes } of page.entries) {
        if (first !== frames) return undefined;
        frames += count;
        all.push(bytes);
      }
      after = page.entries.at(-1)?.id ?? after;
      ({ full } = page);
    }
    return { frames, bytes: Buffer.concat(all) };
  }

  /** The takeover request that the producer has stored. */
  async takeoverRequest(id: string): Promise<string | undefined> {
    return (await this.redis.get(keysOf(id).request)) ?? undefined;
  }

  /** Makes a replica the next producer of a stream that has so many frames. False if another one is, or the log is gone. */
  async claim(id: string, replica: string, epoch: number, first: number): Promise<boolean> {
    const entry = { first, count: 0, bytes: Buffer.alloc(0), end: false, claimedBy: replica };
    const isFirst = await this.#add(id, openingId(epoch), entry);
    if (isFirst) await this.redis.del(keysOf(id).request);
    return isFirst;
  }

  /**
   * Ends a stream in its producer's place, with these bytes as its last frame, unless another replica has, or has claimed it
   * since its last entry was `seen`. Nothing of it is done twice, by however many at once. True if it has ended.
   */
  async endFor(id: string, frameOf: (number: number) => string, seen?: Entry): Promise<boolean> {
    const known = seen ?? (await this.lastEntry(id));
    if (known === undefined) return false;
    if (known.end) return true;
    const epoch = isFence(known) ? known.epoch : known.epoch + 1;
    // The producer may live yet. Behind this entry it writes no more, and what it wrote last is known.
    const fence = { first: known.first + known.count, count: 0, bytes: Buffer.alloc(0), end: false };
    await this.#add(id, openingId(epoch), fence);
    const [last, ...before] = await this.#lastEntries(id, 3);
    if (last?.epoch !== epoch || !isFence(last) || before.length === 0) return last?.end ?? false;
    const hasEnded = before.some(({ end }) => end);
    const first = Math.max(...before.map((entry) => entry.first + entry.count));
    await this.#end(id, epoch, first, hasEnded ? undefined : frameOf(first));
    return true;
  }

  /** The same for the replica that has claimed it. */
  async endClaimed(id: string, epoch: number, first: number, frame: string | undefined): Promise<void> {
    await this.#end(id, epoch, first, frame);
  }

  /** Asks for the end of a stream for one that may not be listening. */
  async markStopped(id: string): Promise<void> {
    await this.redis.set(keysOf(id).stop, '1', 'PX', Math.max(STOP_MS, this.keepMs()));
  }

  async isStopped(id: string): Promise<boolean> {
    return (await this.redis.exists(keysOf(id).stop)) === 1;
  }

  /** Sets the readers key for a few seconds. A key that exists is renewed even if Redis is full. */
  async markRead(id: string): Promise<void> {
    const key = keysOf(id).readers;
    const isMissing = (await this.redis.pexpire(key, READERS_MS)) === 0;
    if (isMissing) await this.redis.set(key, '1', 'PX', READERS_MS);
  }

  /**
   * Whether it has remote readers. A write that changes nothing is refused where the sign of a reader would be: then
   * this rejects in place of no.
   */
  async isRead(id: string): Promise<boolean> {
    const key = keysOf(id).readers;
    try {
      return (await this.redis.setrange(key, 0, '')) > 0;
    } catch (error) {
      if (isRefusal(error) && (await this.redis.exists(key)) === 1) return true;
      throw error;
    }
  }

  /** With a last frame, or where its producer has ended it after all without. */
  async #end(id: string, epoch: number, first: number, frame: string | undefined): Promise<void> {
    const count = frame === undefined ? 0 : 1;
    const entry = { epoch, first, count, bytes: Buffer.from(frame ?? ''), end: true, truncated: count === 1 };
    const { log, request } = keysOf(id);
    await this.#add(id, entryId(entry), entry);
    await Promise.all([this.redis.pexpire(log, this.keepMs()), this.redis.del(request)]);
  }

  /** The last one first. */
  async #lastEntries(id: string, count: number, before?: string): Promise<Entry[]> {
    const end = before === undefined ? '+' : `(${before}`;
    const raw = await this.redis.xrevrangeBuffer(keysOf(id).log, end, '-', 'COUNT', count);
    return raw.map(([entry, fields]) => readEntry([entry, fields]));
  }

  /** False if another replica has added it, or a later one, or there is no log. */
  async #add(id: string, entry: string, fields: Omit<Entry, 'epoch'>): Promise<boolean> {
    try {
      const added = await this.redis.xadd(keysOf(id).log, 'NOMKSTREAM', entry, ...entryFields(fields));
      return added !== null;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}

/** Redis has answered, and with no. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Fences earlier producers off, for a replica that ends the stream and may have stopped halfway. */
export function isFence({ epoch, count, end, claimedBy }: Entry): boolean {
  return epoch > FIRST_EPOCH && count === 0 && !end && claimedBy === undefined;
}
