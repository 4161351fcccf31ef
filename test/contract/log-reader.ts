import type { Subscription } from 'rxjs';
import { BackPressure } from '../../src/core/flow-control/back-pressure.js';
import { SluiceError } from '../../src/core/sluice-error.js';
import type { StreamLog } from '../../src/stream-log/stream-log.js';
import { Gate } from '../support/gate.js';

/** How a reading ended: whole, or with the code of an error. */
export type ReaderEnd = 'complete' | SluiceError['code'];

/** How a reader reads. */
export interface ReaderOptions {
  /** It wants nothing yet. @default false */
  readonly paused?: boolean;
  /** It pauses at each delivery. @default false */
  readonly oneAtATime?: boolean;
}

/** One reader of a stream, and everything that it was given. */
export class LogReader {
  readonly flow = new BackPressure();
  /** Each delivery, in order. */
  readonly deliveries: Buffer[] = [];
  /** Resolves when there will be no more; never for one that has left. */
  readonly ended: Promise<ReaderEnd>;
  readonly #subscription: Subscription;
  #waiting: (() => void)[] = [];
  #end: ReaderEnd | undefined;

  constructor(log: StreamLog, id: string, from: number, options: ReaderOptions = {}) {
    if (options.paused === true) this.flow.pause();
    const over = new Gate();
    const finish = (how: ReaderEnd) => {
      this.#end = how;
      over.open();
      this.#wake();
    };
    this.ended = over.opened.then(() => this.#end ?? 'complete');
    this.#subscription = log.read(id, from, this.flow).subscribe({
      next: (frame) => {
        if (options.oneAtATime === true) this.flow.pause();
        this.deliveries.push(Buffer.from(frame));
        this.#wake();
      },
      error: (error: unknown) => finish(SluiceError.from(error).code),
      complete: () => finish('complete'),
    });
  }

  /** How it ended; undefined before. */
  get end(): ReaderEnd | undefined {
    return this.#end;
  }

  get text(): string {
    return Buffer.concat(this.deliveries).toString();
  }

  /** Resolves when this text has come. Throws if the reading ends before. */
  async until(text: string): Promise<void> {
    while (this.text !== text) {
      if (this.#end !== undefined || !text.startsWith(this.text)) {
        throw new Error(`The reader (${this.#end ?? 'reads'}) has: ${this.text}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when there are more deliveries than so many. Throws if the reading ends before. */
  async more(count: number): Promise<void> {
    while (this.deliveries.length <= count) {
      if (this.#end !== undefined) throw new Error(`The reading is over (${this.#end}) with: ${this.text}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  leave(): void {
    this.#subscription.unsubscribe();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
