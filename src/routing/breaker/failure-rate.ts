import { SlidingWindowCounter } from './sliding-window.js';

/** How many of the recent outcomes were failures. Times are milliseconds of a clock that does not go back. */
export class FailureRate {
  readonly #counts: SlidingWindowCounter;

  constructor(windowMs: number) {
    this.#counts = new SlidingWindowCounter(windowMs);
  }

  add(failed: boolean, now: number): void {
    this.#counts.add(1, failed ? 1 : 0, now);
  }

  /** What was counted as no failure has become one. */
  reclassify(now: number): void {
    this.#counts.add(0, 1, now);
  }

  read(now: number): { readonly all: number; readonly failed: number } {
    const { one, other } = this.#counts.read(now);
    return { all: one, failed: other };
  }

  /** Forgets everything. */
  reset(): void {
    this.#counts.reset();
  }
}
