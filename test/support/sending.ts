import { vi } from 'vitest';
import { BatchScheduler } from '../../src/stream-log/redis/log/batch-scheduler.js';
import { Outbox } from '../../src/stream-log/redis/log/outbox.js';
import type { Batch, Written } from '../../src/stream-log/redis/log/redis-stream-writer.js';
import { ByteBudget } from '../../src/stream-log/redis/log/byte-budget.js';
import { frame } from '../contract/written-stream.js';

export const KEEP_MS = 300_000;
const MAX_BYTES = 4 * 1024 * 1024;
export const ROOM_BYTES = 3 * 1024 * 1024;

/** One frame of so many bytes. */
export const big = (bytes: number): string => `data: ${'x'.repeat(bytes - 8)}\n\n`;

/** Until the next batches have left, on a virtual clock. */
export const turn = () => vi.advanceTimersByTimeAsync(25);

/** An outbox, and the Redis that it writes to. */
export class Sending {
  readonly batches: Batch[] = [];
  /** What is answered; undefined: nothing yet. */
  answer: Written | undefined = 'written';
  hears = true;
  announcements = 0;
  settled = 0;
  readonly outbox: Outbox;
  #pending: ((written: Written) => void)[] = [];

  constructor(
    budget = new ByteBudget(ROOM_BYTES),
    scheduler = new BatchScheduler((leave) => leave()),
    openingBytes = 0,
  ) {
    this.outbox = new Outbox({
      write: (batch) => {
        this.batches.push(batch);
        if (this.answer !== undefined) return Promise.resolve(this.answer);
        return new Promise((resolve) => this.#pending.push(resolve));
      },
      announceLoss: async () => {
        this.announcements += 1;
        return this.hears;
      },
      maxBytes: MAX_BYTES,
      keepMs: KEEP_MS,
      budget,
      openingBytes,
      scheduler,
      onSettled: () => (this.settled += 1),
    });
  }

  /** Everything that is on its way is answered so. */
  async reply(written: Written): Promise<void> {
    for (const resolve of this.#pending.splice(0)) resolve(written);
    await vi.advanceTimersByTimeAsync(0);
  }

  append(from: number, count = 1): void {
    for (let at = from; at < from + count; at += 1) this.outbox.append(frame(at));
  }

  /** Redis knows of the stream already, and nothing has happened for a long time. */
  async begun(): Promise<void> {
    await turn();
    this.batches.length = 0;
    await vi.advanceTimersByTimeAsync(60_000);
  }

  /** Whether all that waits has been sent. */
  flush(): { isDone: boolean } {
    const flushing = { isDone: false };
    void this.outbox.flush().then(() => (flushing.isDone = true));
    return flushing;
  }

  get sent(): { first: number; count: number; end: boolean }[] {
    return this.batches.map(({ first, count, end }) => ({ first, count, end }));
  }
}
