import type { FrameBytes } from '../../../core/frame-bytes.js';
import type { Usage } from '../../../core/usage.js';
import { countFrames, joinFrames, sizeOf } from '../../frames.js';
import type { BatchScheduler } from './batch-scheduler.js';
import type { Batch, Written } from './redis-stream-writer.js';
import type { ByteBudget } from './byte-budget.js';

/** How long frames wait for others, in milliseconds. */
const BATCH_MS = 200;
/** And how many of them, and their bytes. */
const BATCH_FRAMES = 64;
const BATCH_BYTES = 16 * 1024;
/** Bytes of a stream that may wait for a Redis that does not answer. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** A frame that waits, and the command that will carry it: each byte is in memory twice until Redis has answered. */
export const COPIES = 2;
/** How long after its end a stream waits for it, in milliseconds. */
const MAX_WAIT_MS = 60_000;
/** The pause before a batch is sent again, in milliseconds. */
const RETRY_MS = 250;
/** The waits before a loss is reported again to a Redis that does not answer, in milliseconds. */
const LONGEST_RETRY_MS = 5_000;

/** What an outbox is made of. */
export interface OutboxOptions {
  /** Writes a batch. It may have been written before. */
  readonly write: (batch: Batch) => Promise<Written>;
  /** Marks this stream as unreadable for other replicas. True if Redis has confirmed it. */
  readonly announceLoss: () => Promise<boolean>;
  /** What the whole stream may come to, in bytes. */
  readonly maxBytes: number;
  /** For how long others may find what is kept of a stream that is lost, in milliseconds. */
  readonly keepMs: number;
  /** The memory for what waits for Redis, of all streams. */
  readonly budget: ByteBudget;
  /** Bytes of the budget that the first batch has beside its frames: they are released when it is written. */
  readonly openingBytes: number;
  /** When those of all streams leave. */
  readonly scheduler: BatchScheduler;
  /** No more commands are sent to Redis. */
  readonly onSettled: () => void;
  /** What others have written before. @default nothing */
  readonly before?: WrittenBefore | undefined;
}

/** The beginning of a stream. */
export interface WrittenBefore {
  readonly frames: number;
  readonly bytes: Buffer;
}

/**
 * Sends the frames of one stream to Redis, in batches, one at a time and each until it is answered. What cannot be sent is
 * kept within a bound, and beyond it the stream is lost for other replicas.
 */
export class Outbox {
  #waiting: FrameBytes[] = [];
  #waitingBytes = 0;
  /** Bytes of the batch that Redis has not answered yet. They are in memory for as long, whatever happens to the stream. */
  #sentBytes = 0;
  #openingBytes: number;
  #waitingFrames = 0;
  /** The number of the first frame that waits. */
  #first = 0;
  #bytes = 0;
  #begun = false;
  #ended = false;
  #usage: Usage | undefined;
  /** The entry that says so is written. */
  #endWritten = false;
  #sending = false;
  #done = false;
  #settled = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #endedAt = 0;
  #cancelTimer: (() => void) | undefined;
  #onIdle: (() => void)[] = [];

  constructor(private readonly options: OutboxOptions) {
    const { before, openingBytes } = options;
    this.#openingBytes = openingBytes;
    if (before !== undefined) [this.#first, this.#bytes] = [before.frames, before.bytes.length];
    this.#next();
  }

  /** There is nothing more to be sent, or it is not sent any more. */
  get done(): boolean {
    return this.#done;
  }

  /** No more commands are sent to Redis. */
  get settled(): boolean {
    return this.#settled;
  }

  append(bytes: FrameBytes): void {
    if (this.#done) return;
    const { maxBytes, budget } = this.options;
    const size = sizeOf(bytes);
    this.#bytes += size;
    const isTooMuch =
      this.#waitingBytes + this.#sentBytes + size > MAX_WAITING_BYTES || this.#bytes > maxBytes;
    if (isTooMuch || !budget.acquire(COPIES * size)) return this.#lose();
    this.#waiting.push(bytes);
    this.#waitingBytes += size;
    this.#waitingFrames += countFrames(bytes);
    return this.#isFull ? this.#soon() : this.#later();
  }

  end(usage?: Usage): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#usage = usage;
    this.#endedAt = performance.now();
    if (!this.#done) this.#next();
  }

  /** Sends what waits. Resolves when nothing does any more. */
  flush(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    this.#soon();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Gives up what waits. */
  close(): void {
    this.#stop();
    this.#settle();
  }

  /** With what else comes in this turn of the event loop. */
  #soon(): void {
    if (this.#sending) return;
    this.#cancelTimer?.();
    const timer = setImmediate(() => void this.#send());
    this.#cancelTimer = () => clearImmediate(timer);
  }

  /** As often as the batch time says. */
  #later(): void {
    if (this.#cancelTimer === undefined) this.#at(this.#sentAt + BATCH_MS);
  }

  /** With what leaves next. */
  #next(): void {
    this.#cancelTimer?.();
    this.#at(0);
  }

  #at(dueMs: number): void {
    if (!this.#sending) this.#cancelTimer = this.options.scheduler.at(dueMs, () => void this.#send());
  }

  async #send(): Promise<void> {
    this.#cancelTimer = undefined;
    this.#sending = true;
    await this.#sendBatch(this.#take());
    this.#sending = false;
    if (this.#done) return;
    if (this.#endWritten) return this.close();
    this.#reportIdle();
    if (this.#isUrgent) this.#soon();
    else if (this.#ended) this.#next();
    else if (this.#waiting.length > 0) this.#later();
  }

  #take(): Batch {
    const batch = {
      first: this.#first,
      count: this.#waitingFrames,
      bytes: joinFrames(this.#waiting),
      begins: !this.#begun,
      end: this.#ended,
      ...(this.#usage && { usage: this.#usage }),
    };
    this.#first += this.#waitingFrames;
    this.#waiting = [];
    this.#waitingFrames = 0;
    this.#sentBytes = this.#waitingBytes;
    this.#waitingBytes = 0;
    return batch;
  }

  async #sendBatch(batch: Batch): Promise<void> {
    await this.#writeBatch(batch);
    this.options.budget.release(COPIES * this.#sentBytes);
    this.#sentBytes = 0;
    this.#releaseOpening();
  }

  async #writeBatch(batch: Batch): Promise<void> {
    for (;;) {
      this.#sentAt = performance.now();
      const written = await this.options.write(batch);
      if (this.#done) return;
      if (written === 'written') break;
      if (written === 'gone') return this.#lose();
      if (written === 'shut-out') return this.close();
      if (this.#ended && performance.now() - this.#endedAt > MAX_WAIT_MS) return this.#lose();
      await pause(RETRY_MS);
      if (this.#done) return;
    }
    this.#begun = true;
    this.#endWritten = batch.end;
  }

  #lose(): void {
    this.#stop();
    void this.#announce();
  }

  /** Until it was heard, or nobody finds anything any more that would need it. */
  async #announce(): Promise<void> {
    const until = performance.now() + this.options.keepMs;
    let pauseMs = RETRY_MS;
    while (!this.#settled && performance.now() < until && !(await this.options.announceLoss())) {
      await pause(pauseMs);
      pauseMs = Math.min(LONGEST_RETRY_MS, 2 * pauseMs);
    }
    this.#settle();
  }

  /** Nothing more is sent. */
  #stop(): void {
    this.#done = true;
    this.#cancelTimer?.();
    this.options.budget.release(COPIES * this.#waitingBytes);
    this.#waitingBytes = 0;
    this.#waiting = [];
    if (!this.#sending) this.#releaseOpening();
    this.#reportIdle();
  }

  #releaseOpening(): void {
    this.options.budget.release(this.#openingBytes);
    this.#openingBytes = 0;
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.options.onSettled();
  }

  get #isUrgent(): boolean {
    return this.#onIdle.length > 0 || this.#isFull;
  }

  get #isFull(): boolean {
    return this.#waitingFrames >= BATCH_FRAMES || this.#waitingBytes >= BATCH_BYTES;
  }

  get #isIdle(): boolean {
    return this.#done || (this.#begun && !this.#sending && this.#waiting.length === 0 && !this.#ended);
  }

  #reportIdle(): void {
    if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
