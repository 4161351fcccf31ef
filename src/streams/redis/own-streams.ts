import type { Frame } from '../../core/frame.js';
import type { SluiceSettings } from '../../core/settings.js';
import type { Usage } from '../../core/usage.js';
import type { StreamCard, StreamOwner, StreamWriter } from '../stream-log.js';
import { together, type RedisClient } from './connect.js';
import type { Departures } from './departures.js';
import { PRODUCED } from './entry.js';
import { Outbox, type Before } from './outbox.js';
import type { OwnerIndex } from './owner-index.js';
import { StreamPen, type Batch, type Written } from './stream-pen.js';
import { Renewals } from './renewals.js';
import { WaitingRoom } from './waiting-room.js';

/** A stream outlives its producer's lease by as much, however short it is kept after its end. */
const LEASES_KEPT = 3;
/** Which part of the bytes that are kept in memory may wait for Redis. */
const WAITING_PART = 1 / 4;

interface Own {
  readonly owner: StreamOwner;
  readonly outbox: Outbox;
  readonly pen: StreamPen;
  /** How long it is kept without a renewal, in milliseconds. */
  readonly runMs: number;
  /** Another replica has ended it, or goes on with it. */
  readonly onShutOut: () => void;
  over: boolean;
}

/** What they are made of. */
export interface OwnStreamsOptions {
  readonly redis: RedisClient;
  readonly replica: string;
  readonly settings: Pick<SluiceSettings, 'streamLog'>;
  readonly departures: Departures;
  readonly index: Pick<OwnerIndex, 'add'>;
  /** Another replica has ended a stream that began here, or goes on with it. */
  readonly onShutOut: (id: string) => void;
}

/** A stream that began elsewhere. */
export interface TakenStream {
  readonly card: StreamCard;
  readonly epoch: number;
  readonly before: Before;
}

interface NewStream extends Pick<Own, 'owner' | 'onShutOut'> {
  readonly card: StreamCard;
  readonly epoch: number;
  readonly will: string | undefined;
  readonly before: Before | undefined;
}

/** The streams that this replica produces, on their way to Redis. */
export class OwnStreams {
  readonly #streams = new Map<string, Own>();
  readonly #renewals: Renewals;
  readonly #room: WaitingRoom;
  #closed = false;

  constructor(private readonly options: OwnStreamsOptions) {
    const { redis, settings } = options;
    this.#room = new WaitingRoom(settings.streamLog.maxBytes * WAITING_PART);
    this.#renewals = new Renewals({
      redis,
      keptMs: () => this.#shortestMs(),
      renew: () => this.#renew(),
    });
  }

  /** A pen that writes into Redis what it writes into memory. */
  begin(card: StreamCard, owner: StreamOwner, memory: StreamWriter, will?: string): StreamWriter {
    if (this.#closed) return memory;
    const onShutOut = () => this.options.onShutOut(card.id);
    const own = this.#add({
      card,
      owner,
      onShutOut,
      epoch: PRODUCED,
      will: this.#fits(will) ? will : undefined,
      before: undefined,
    });
    return {
      append(bytes: Frame, isLast?: boolean) {
        memory.append(bytes, isLast);
        own.outbox.append(bytes);
      },
      end: (usage) => {
        memory.end(usage);
        this.#end(card.id, own, usage);
      },
    };
  }

  /** A pen that writes the rest of a stream into Redis, where alone it is read. */
  goOn({ card, epoch, before }: TakenStream, owner: StreamOwner): StreamWriter {
    if (this.#closed) return { append: () => undefined, end: () => undefined };
    const onShutOut = () => owner.stop();
    const own = this.#add({ card, owner, onShutOut, epoch, will: undefined, before });
    return { append: (bytes) => own.outbox.append(bytes), end: (usage) => this.#end(card.id, own, usage) };
  }

  /** True for one of which not everything is in Redis yet. */
  has(id: string): boolean {
    return this.#streams.has(id);
  }

  /** True for one that runs, and is not another replica's or lost for others by now. */
  produces(id: string): boolean {
    const own = this.#streams.get(id);
    return own !== undefined && !own.over && !own.outbox.done;
  }

  /** Those that run. */
  get running(): string[] {
    return [...this.#streams].filter(([, { over }]) => !over).map(([id]) => id);
  }

  stop(id: string): void {
    const own = this.#streams.get(id);
    if (own?.over === false) own.owner.stop();
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

  #add({ card, owner, onShutOut, epoch, will, before }: NewStream): Own {
    const { redis, replica, settings, departures, index } = this.options;
    const { maxBytesPerStream: maxBytes } = settings.streamLog;
    const [keepMs, runMs] = [this.#keepMs(), this.#runMs()];
    const pen = new StreamPen({ redis, card, replica, index, keepMs, runMs, epoch, will });
    const own: Own = {
      owner,
      pen,
      runMs,
      onShutOut,
      over: false,
      outbox: new Outbox({
        write: (batch) => write(own, batch),
        announceLoss: () => pen.announceLoss(),
        maxBytes,
        keepMs,
        room: this.#room,
        departures,
        onSettled: () => own.over && this.#streams.delete(card.id),
        before,
      }),
    };
    this.#streams.set(card.id, own);
    this.#renewals.begun(runMs);
    return own;
  }

  #end(id: string, own: Own, usage: Usage | undefined): void {
    own.over = true;
    own.outbox.end(usage);
    if (own.outbox.settled) this.#streams.delete(id);
  }

  /** A question that is longer than an answer may be is not kept beside it. */
  #fits(will: string | undefined): boolean {
    return will !== undefined && Buffer.byteLength(will) <= this.options.settings.streamLog.maxBytesPerStream;
  }

  #renew(): void {
    together(this.options.redis, () => {
      for (const { pen, outbox } of this.#streams.values()) if (!outbox.done) void pen.renew();
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

async function write({ pen, onShutOut }: Own, batch: Batch): Promise<Written> {
  const written = await pen.write(batch);
  if (written === 'shut-out') onShutOut();
  return written;
}
