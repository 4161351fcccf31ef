import type { FrameBytes } from '../../../core/frame-bytes.js';
import type { SluiceSettings } from '../../../core/settings.js';
import type { Usage } from '../../../core/usage.js';
import type { StreamMetadata, ProducerControl, StreamWriter } from '../../stream-log.js';
import { inOneWrite, type RedisClient } from '../connection/redis-client.js';
import type { BatchScheduler } from './batch-scheduler.js';
import { FIRST_EPOCH } from './log-entry.js';
import { COPIES, Outbox, type WrittenBefore } from './outbox.js';
import type { OwnerIndex } from '../index/owner-index.js';
import { RedisStreamWriter, type Batch, type Written } from './redis-stream-writer.js';
import { TtlRenewals } from '../connection/ttl-renewals.js';
import { ByteBudget } from './byte-budget.js';

/** A stream outlives its producer's lease by as much, however short it is kept after its end. */
const LEASES_KEPT = 3;
/** Which part of the log's memory may be taken by what waits for Redis. */
const WAITING_PART = 1 / 2;

/** Bytes that a stream takes until Redis needs nothing more of it, beside its frames. */
const STREAM_BYTES = 2048;

interface LocalStream {
  /** Undefined once the stream is over: what waits for Redis must not lead to what has produced it. */
  owner: ProducerControl | undefined;
  readonly outbox: Outbox;
  readonly writer: RedisStreamWriter;
  /** How long it is kept without a renewal, in milliseconds. */
  readonly runMs: number;
  /** Another replica has ended it, or continues it. */
  readonly onShutOut: () => void;
}

/** What they are made of. */
export interface LocalStreamsOptions {
  readonly redis: RedisClient;
  readonly replica: string;
  readonly settings: Pick<SluiceSettings, 'streamLog'>;
  readonly scheduler: BatchScheduler;
  readonly index: Pick<OwnerIndex, 'add'>;
  /** Another replica has ended a stream that began here, or continues it. */
  readonly onShutOut: (id: string) => void;
}

/** A stream that began elsewhere. */
export interface TakenStream {
  readonly metadata: StreamMetadata;
  readonly epoch: number;
  readonly before: WrittenBefore;
}

interface NewStream {
  readonly owner: ProducerControl;
  readonly onShutOut: () => void;
  readonly metadata: StreamMetadata;
  readonly epoch: number;
  readonly takeoverRequest?: string | undefined;
  /** Of the budget, for the takeover request. @default 0 */
  readonly openingBytes?: number;
  readonly before?: WrittenBefore;
}

/** The streams that this replica produces, on their way to Redis. */
export class LocalStreams {
  readonly #streams = new Map<string, LocalStream>();
  readonly #renewals: TtlRenewals;
  readonly #budget: ByteBudget;
  #closed = false;

  constructor(private readonly options: LocalStreamsOptions) {
    const { redis, settings } = options;
    this.#budget = new ByteBudget(settings.streamLog.maxBytes * WAITING_PART);
    this.#renewals = new TtlRenewals({
      redis,
      ttlMs: () => this.#shortestMs(),
      renew: () => this.#renew(),
    });
  }

  /** Bytes of memory that wait for Redis, or for its answer. */
  get waitingBytes(): number {
    return this.#budget.bytes;
  }

  /**
   * A writer to Redis of what it writes to memory. To memory alone where so much waits for Redis that there is no room for another
   * stream: other replicas do not know this one.
   */
  begin(
    metadata: StreamMetadata,
    owner: ProducerControl,
    memory: StreamWriter,
    takeoverRequest?: string,
  ): StreamWriter {
    if (this.#closed || !this.#budget.acquire(STREAM_BYTES)) return memory;
    const own = this.#begin(metadata, owner, takeoverRequest);
    return {
      append(bytes: FrameBytes, isLast?: boolean) {
        memory.append(bytes, isLast);
        own.outbox.append(bytes);
      },
      end: (usage) => {
        memory.end(usage);
        this.#end(metadata.id, own, usage);
      },
    };
  }

  /** By itself: a function that stays as long as a loss is announced must not lead to the stream in memory. */
  #begin(metadata: StreamMetadata, owner: ProducerControl, takeoverRequest?: string): LocalStream {
    const openingBytes = takeoverRequest === undefined ? 0 : COPIES * Buffer.byteLength(takeoverRequest);
    const isTaken = openingBytes > 0 && this.#fits(openingBytes) && this.#budget.acquire(openingBytes);
    return this.#add({
      metadata,
      owner,
      onShutOut: () => this.options.onShutOut(metadata.id),
      epoch: FIRST_EPOCH,
      ...(isTaken && { takeoverRequest, openingBytes }),
    });
  }

  /** A pen that writes the rest of a stream into Redis, where alone it is read. */
  takeOver({ metadata, epoch, before }: TakenStream, owner: ProducerControl): StreamWriter {
    if (this.#closed) return { append: () => undefined, end: () => undefined };
    // It is claimed by now: no other replica ends it.
    this.#budget.add(STREAM_BYTES);
    const own = this.#add({ metadata, owner, onShutOut: () => this.stop(metadata.id), epoch, before });
    return {
      append: (bytes) => own.outbox.append(bytes),
      end: (usage) => this.#end(metadata.id, own, usage),
    };
  }

  /** True for one of which not everything is in Redis yet. */
  has(id: string): boolean {
    return this.#streams.has(id);
  }

  /** True for one that runs, and is not another replica's or lost for others by now. */
  produces(id: string): boolean {
    const own = this.#streams.get(id);
    return own?.owner !== undefined && !own.outbox.done;
  }

  /** Those that run. */
  get running(): string[] {
    return [...this.#streams].filter(([, { owner }]) => owner !== undefined).map(([id]) => id);
  }

  stop(id: string): void {
    this.#streams.get(id)?.owner?.stop();
  }

  /** Resolves when everything that was written is in Redis, or lost. */
  async flush(): Promise<void> {
    await Promise.all([...this.#streams.values()].map(({ outbox }) => outbox.flush()));
  }

  close(): void {
    this.#closed = true;
    this.#renewals.close();
    for (const { outbox } of this.#streams.values()) outbox.close();
    this.#streams.clear();
  }

  #add({ owner, onShutOut, openingBytes = 0, before, ...stream }: NewStream): LocalStream {
    const { redis, replica, settings, scheduler, index } = this.options;
    const { maxBytesPerStream: maxBytes } = settings.streamLog;
    const [keepMs, runMs] = [this.#keepMs(), this.#runMs()];
    const writer = new RedisStreamWriter({ ...stream, redis, replica, index, keepMs, runMs });
    const { id } = stream.metadata;
    const own: LocalStream = {
      owner,
      writer,
      runMs,
      onShutOut,
      outbox: new Outbox({
        write: (batch) => write(own, batch),
        announceLoss: () => writer.announceLoss(),
        maxBytes,
        keepMs,
        budget: this.#budget,
        openingBytes,
        scheduler,
        onSettled: () => this.#settled(id, own),
        before,
      }),
    };
    this.#streams.set(id, own);
    this.#renewals.begun(runMs);
    return own;
  }

  #settled(id: string, own: LocalStream): void {
    this.#budget.release(STREAM_BYTES);
    if (own.owner === undefined) this.#streams.delete(id);
  }

  #end(id: string, own: LocalStream, usage: Usage | undefined): void {
    own.owner = undefined;
    own.outbox.end(usage);
    if (own.outbox.settled) this.#streams.delete(id);
  }

  /** A request that is longer than an answer may be is not stored beside it. */
  #fits(openingBytes: number): boolean {
    return openingBytes <= COPIES * this.options.settings.streamLog.maxBytesPerStream;
  }

  #renew(): void {
    inOneWrite(this.options.redis, () => {
      for (const { writer, outbox } of this.#streams.values()) if (!outbox.done) void writer.renew();
    });
  }

  /** Each is kept as the settings said when it began. */
  #shortestMs(): number {
    let shortest = this.#runMs();
    for (const { runMs, outbox } of this.#streams.values()) {
      if (!outbox.done) shortest = Math.min(shortest, runMs);
    }
    return shortest;
  }

  #runMs(): number {
    return Math.max(this.#keepMs(), LEASES_KEPT * this.options.settings.streamLog.leaseMs);
  }

  #keepMs(): number {
    return this.options.settings.streamLog.keepSeconds * 1000;
  }
}

async function write({ writer, onShutOut }: LocalStream, batch: Batch): Promise<Written> {
  const written = await writer.write(batch);
  if (written === 'shut-out') onShutOut();
  return written;
}
