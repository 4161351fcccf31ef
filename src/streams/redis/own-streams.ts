import type { Frame } from '../../core/frame.js';
import type { SluiceSettings } from '../../core/settings.js';
import type { StreamCard, StreamOwner, StreamWriter } from '../stream-log.js';
import type { RedisClient } from './connect.js';
import { Outbox } from './outbox.js';
import { StreamPen } from './stream-pen.js';
import { WaitingRoom } from './waiting-room.js';

/** How often within its time what is kept of a running stream is kept on. */
const RENEWALS = 3;
/** A stream outlives its producer's lease by as much, however short it is kept after its end. */
const LEASES_KEPT = 3;
/** Which part of the bytes that are kept in memory may wait for Redis. */
const WAITING_PART = 1 / 4;

interface Own {
  readonly owner: StreamOwner;
  readonly outbox: Outbox;
  readonly pen: StreamPen;
  over: boolean;
}

/** What they are made of. */
export interface OwnStreamsOptions {
  readonly redis: RedisClient;
  readonly replica: string;
  readonly settings: Pick<SluiceSettings, 'streamLog'>;
}

/** The streams that this replica produces, on their way to Redis. */
export class OwnStreams {
  readonly #streams = new Map<string, Own>();
  readonly #renewals: NodeJS.Timeout;
  readonly #room: WaitingRoom;
  #closed = false;

  constructor(private readonly options: OwnStreamsOptions) {
    const { redis, settings } = options;
    this.#room = new WaitingRoom(settings.streamLog.maxBytes * WAITING_PART);
    const renew = () => this.#renew();
    redis.on('ready', renew);
    this.#renewals = setInterval(renew, this.#keepMs() / RENEWALS);
  }

  /** A pen that writes into Redis what it writes into memory. */
  begin(card: StreamCard, owner: StreamOwner, memory: StreamWriter): StreamWriter {
    const { redis, replica, settings } = this.options;
    if (this.#closed) return memory;
    const keepMs = this.#keepMs();
    const pen = new StreamPen({
      redis,
      card,
      replica,
      keepMs,
      runMs: Math.max(keepMs, LEASES_KEPT * settings.streamLog.leaseMs),
    });
    const own: Own = {
      owner,
      pen,
      over: false,
      outbox: new Outbox({
        write: (batch) => pen.write(batch),
        announceLoss: () => pen.announceLoss(),
        maxBytes: settings.streamLog.maxBytesPerStream,
        keepMs,
        room: this.#room,
        onSettled: () => own.over && this.#streams.delete(card.id),
      }),
    };
    this.#streams.set(card.id, own);
    return {
      append(bytes: Frame) {
        memory.append(bytes);
        own.outbox.append(bytes);
      },
      end: () => {
        memory.end();
        own.over = true;
        own.outbox.end();
        if (own.outbox.settled) this.#streams.delete(card.id);
      },
    };
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
    clearInterval(this.#renewals);
    for (const { outbox } of this.#streams.values()) outbox.close();
    this.#streams.clear();
  }

  #renew(): void {
    for (const { pen, outbox } of this.#streams.values()) if (!outbox.done) void pen.renew();
  }

  #keepMs(): number {
    return this.options.settings.streamLog.keepSeconds * 1000;
  }
}
