import type { FrameBytes } from '../../../core/frame-bytes.js';
import type { SluiceSettings } from '../../../core/settings.js';
import type { Usage } from '../../../core/usage.js';
import type { StreamMetadata, ProducerControl, StreamWriter } from '../../stream-log.js';
import { inOneWrite, type RedisClient } from '../connection/redis-client.js';
import type { BatchScheduler } from './batch-scheduler.js';
import { FIRST_EPOCH } from './log-entry.js';
import { Outbox, type WrittenBefore } from './outbox.js';
import type { OwnerIndex } from '../index/owner-index.js';
import { RedisStreamWriter, type Batch, type Written } from './redis-stream-writer.js';
import { TtlRenewals } from '../connection/ttl-renewals.js';
import { ByteBudget } from './byte-budget.js';

/** A stream outlives its producer's lease by as much, however short it is kept after its end. */
const LEASES_KEPT = 3;
/** Which part of the bytes that are kept in memory may wait for Redis. */
const WAITING_PART = 1 / 4;

interface LocalStream {
  readonly owner: ProducerControl;
  readonly outbox: Outbox;
  readonly writer: RedisStreamWriter;
  /** How long it is kept without a renewal, in milliseconds. */
  readonly runMs: number;
  /** Another replica has ended it, or goes on with it. */
  readonly onShutOut: () => void;
  ended: boolean;
}

/** What they are made of. */
export interface LocalStreamsOptions {
  readonly redis: RedisClient;
  readonly replica: string;
  readonly settings: Pick<SluiceSettings, 'streamLog'>;
  readonly scheduler: BatchScheduler;
  readonly index: Pick<OwnerIndex, 'add'>;
  /** Another replica has ended a stream that began here, or goes on with it. */
  readonly onShutOut: (id: string) => void;
}

/** A stream that began elsewhere. */
export interface TakenStream {
  readonly metadata: StreamMetadata;
  readonly epoch: number;
  readonly before: WrittenBefore;
}

interface NewStream extends Pick<LocalStream, 'owner' | 'onShutOut'> {
  readonly metadata: StreamMetadata;
  readonly epoch: number;
  readonly takeoverRequest: string | undefined;
  readonly before: WrittenBefore | undefined;
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

  /** A pen that writes into Redis what it writes into memory. */
  begin(metadata: StreamMetadata, owner: ProducerControl, memory: StreamWriter, will?: string): StreamWriter {
    if (this.#closed) return memory;
    const onShutOut = () => this.options.onShutOut(metadata.id);
    const own = this.#add({
      metadata,
      owner,
      onShutOut,
      epoch: FIRST_EPOCH,
      takeoverRequest: this.#fits(will) ? will : undefined,
      before: undefined,
    });
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

  /** A pen that writes the rest of a stream into Redis, where alone it is read. */
  takeOver({ metadata, epoch, before }: TakenStream, owner: ProducerControl): StreamWriter {
    if (this.#closed) return { append: () => undefined, end: () => undefined };
    const onShutOut = () => owner.stop();
    const own = this.#add({ metadata, owner, onShutOut, epoch, takeoverRequest: undefined, before });
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
    return own !== undefined && !own.ended && !own.outbox.done;
  }

  /** Those that run. */
  get running(): string[] {
    return [...this.#streams].filter(([, { ended: over }]) => !over).map(([id]) => id);
  }

  stop(id: string): void {
    const own = this.#streams.get(id);
    if (own?.ended === false) own.owner.stop();
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

  #add({ metadata, owner, onShutOut, epoch, takeoverRequest, before }: NewStream): LocalStream {
    const { redis, replica, settings, scheduler, index } = this.options;
    const { maxBytesPerStream: maxBytes } = settings.streamLog;
    const [keepMs, runMs] = [this.#keepMs(), this.#runMs()];
    const writer = new RedisStreamWriter({
      redis,
      metadata,
      replica,
      index,
      keepMs,
      runMs,
      epoch,
      takeoverRequest,
    });
    const own: LocalStream = {
      owner,
      writer,
      runMs,
      onShutOut,
      ended: false,
      outbox: new Outbox({
        write: (batch) => write(own, batch),
        announceLoss: () => writer.announceLoss(),
        maxBytes,
        keepMs,
        budget: this.#budget,
        scheduler,
        onSettled: () => own.ended && this.#streams.delete(metadata.id),
        before,
      }),
    };
    this.#streams.set(metadata.id, own);
    this.#renewals.begun(runMs);
    return own;
  }

  #end(id: string, own: LocalStream, usage: Usage | undefined): void {
    own.ended = true;
    own.outbox.end(usage);
    if (own.outbox.settled) this.#streams.delete(id);
  }

  /** A question that is longer than an answer may be is not kept beside it. */
  #fits(will: string | undefined): boolean {
    return will !== undefined && Buffer.byteLength(will) <= this.options.settings.streamLog.maxBytesPerStream;
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
