import type { StreamMetadata } from '../../stream-log.js';
import { inOneWrite, type RedisClient } from '../connection/redis-client.js';
import { entryFields, entryId, isDuplicate, FIRST_EPOCH, type Entry } from './log-entry.js';
import { keysOf } from '../connection/keys.js';
import { formatMetadata } from './stream-metadata.js';
import type { OwnerIndex } from '../index/owner-index.js';

/** Frames that are written together. */
export interface Batch extends Omit<Entry, 'epoch'> {
  /** It is the first of its stream. */
  readonly begins: boolean;
}

/**
 * The result of writing a batch. `unknown`: send it again. `gone`: the log does not exist any more. `shut-out`: another replica has
 * taken the stream over.
 */
export type Written = 'written' | 'unknown' | 'gone' | 'shut-out';

/** What a pen is made of. */
export interface RedisStreamWriterOptions {
  readonly redis: RedisClient;
  readonly metadata: StreamMetadata;
  readonly replica: string;
  /** Where others find it by its owner. */
  readonly index: Pick<OwnerIndex, 'add'>;
  /** How long a stream is kept after its end, in milliseconds. */
  readonly keepMs: number;
  /** How long one that runs is kept without a renewal: longer than it takes to see that its producer is dead. */
  readonly runMs: number;
  /** Counts the replicas that have written the stream. @default the first */
  readonly epoch?: number;
  /** The takeover request, stored until the end. */
  readonly takeoverRequest?: string | undefined;
}

/** Writes one stream into Redis. Nothing here rejects. */
export class RedisStreamWriter {
  /** Its end was sent, and with it for how long it is kept. */
  #ended = false;
  /** Undefined once it is in Redis. */
  #takeoverRequest: string | undefined;
  readonly #canBeTakenOver: boolean;
  readonly #options: Omit<RedisStreamWriterOptions, 'takeoverRequest'>;

  constructor({ takeoverRequest, ...options }: RedisStreamWriterOptions) {
    this.#options = options;
    this.#takeoverRequest = takeoverRequest;
    this.#canBeTakenOver = takeoverRequest !== undefined;
  }

  async write(batch: Batch): Promise<Written> {
    this.#ended ||= batch.end;
    try {
      if (!batch.begins) return await this.#append(batch);
      const written = await (this.#epoch === FIRST_EPOCH ? this.#begin(batch) : this.#takeOver(batch));
      this.#takeoverRequest = undefined;
      return written;
    } catch (error) {
      if (!isDuplicate(error)) return 'unknown';
      return this.#isOwn().catch(() => 'unknown' as const);
    }
  }

  /** Marks the frames as unreadable for other replicas. True if Redis has confirmed it. */
  async announceLoss(): Promise<boolean> {
    const { redis, metadata, replica, keepMs } = this.#options;
    const { log, meta, request } = keysOf(metadata.id);
    const lost = formatMetadata({ metadata, replica, lost: true });
    try {
      // A stream that another replica continues is not marked as lost.
      if ((await this.#isOwn()) === 'shut-out') return true;
      await redis.del(log, request);
      // Where there is no memory for it, nothing says the same.
      await redis.set(meta, lost, 'PX', 2 * keepMs).catch(() => redis.del(meta));
      return true;
    } catch {
      return false;
    }
  }

  /** The stream runs: what is kept of it is kept on. */
  async renew(): Promise<void> {
    if (this.#ended) return;
    const { redis, metadata, runMs } = this.#options;
    const { log, meta, request } = keysOf(metadata.id);
    const commands = [() => redis.pexpire(log, runMs), () => redis.pexpire(meta, 2 * runMs)];
    if (this.#canBeTakenOver) commands.push(() => redis.pexpire(request, runMs));
    await Promise.allSettled(commands.map(async (send) => send()));
  }

  /** All of it, or it is asked for again. */
  async #begin(batch: Batch): Promise<Written> {
    const { redis, metadata, replica, index, keepMs, runMs } = this.#options;
    const { log, meta, request } = keysOf(metadata.id);
    const takeoverRequest = batch.end ? undefined : this.#takeoverRequest;
    const text = formatMetadata({ metadata, replica, lost: false });
    const [added] = await inOneWrite(redis, () => {
      const requested = Promise.all([
        redis.xadd(log, this.#idOf(batch), ...entryFields(batch)).catch(orKnown),
        // Asked again, this may be a stream that another replica has taken over.
        redis.set(meta, text, 'PX', 2 * (batch.end ? keepMs : runMs), 'NX'),
        redis.pexpire(log, batch.end ? keepMs : runMs),
        takeoverRequest !== undefined && redis.set(request, takeoverRequest, 'PX', runMs),
      ]);
      // After them: one server does them in this order, so a stream in the index exists.
      index.add(metadata);
      return requested;
    });
    if (added !== KNOWN) return 'written';
    const whose = await this.#isOwn();
    // Whoever has taken it over needs no question.
    if (whose === 'shut-out' && takeoverRequest !== undefined) await redis.del(request);
    return whose;
  }

  /** Whose stream it is now is said before anything of it can be read. */
  async #takeOver(batch: Batch): Promise<Written> {
    const { redis, metadata, replica, runMs } = this.#options;
    const text = formatMetadata({ metadata, replica, lost: false, takenOverAt: batch.first });
    const { log, meta } = keysOf(metadata.id);
    // The first one may have kept it for a shorter time.
    await Promise.all([redis.set(meta, text, 'PX', 2 * runMs), redis.pexpire(log, runMs)]);
    // The claim is there already.
    return batch.count === 0 && !batch.end ? 'written' : this.#append(batch);
  }

  async #append(batch: Batch): Promise<Written> {
    const { redis, metadata } = this.#options;
    const add = () =>
      redis.xadd(keysOf(metadata.id).log, 'NOMKSTREAM', this.#idOf(batch), ...entryFields(batch));
    const [added] = batch.end
      ? await inOneWrite(redis, () => Promise.all([add(), ...this.#retainEnded()]))
      : [await add()];
    return added === null ? 'gone' : 'written';
  }

  /** The stream is over: it is kept for so long. */
  #retainEnded(): Promise<number>[] {
    const { redis, metadata, keepMs, runMs } = this.#options;
    const { log, meta, request } = keysOf(metadata.id);
    const commands = [redis.pexpire(log, keepMs)];
    // A key that lives that long is not renewed.
    if (runMs > keepMs) commands.push(redis.pexpire(meta, 2 * keepMs));
    if (this.#canBeTakenOver) commands.push(redis.del(request));
    return commands;
  }

  /** Whether the last entry is of this producer. */
  async #isOwn(): Promise<Written> {
    const { redis, metadata } = this.#options;
    const [last] = await redis.xrevrange(keysOf(metadata.id).log, '+', '-', 'COUNT', 1);
    if (last === undefined) return 'gone';
    return Number(last[0].split('-')[0]) > this.#epoch ? 'shut-out' : 'written';
  }

  get #epoch(): number {
    return this.#options.epoch ?? FIRST_EPOCH;
  }

  #idOf(batch: Batch): string {
    return entryId({ epoch: this.#epoch, ...batch });
  }
}

const KNOWN = Symbol('known');

function orKnown(error: unknown): typeof KNOWN {
  if (isDuplicate(error)) return KNOWN;
  throw error;
}
