/** A question to several processes: it is over when each has answered or is gone. */
export class PendingReplies {
  /** Rejects if answers are missing after the limit. */
  readonly done: Promise<void>;
  readonly #missing: Set<number>;
  #complete: (() => void) | undefined;

  /** Sends nothing by itself. `limitMs` is in milliseconds. */
  constructor(processes: Iterable<number>, limitMs: number) {
    this.#missing = new Set(processes);
    this.done = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.#missing.size} workers did not answer within ${limitMs} ms`));
      }, limitMs);
      this.#complete = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#settleIfComplete();
  }

  /** A process has answered, or has ended. */
  without(process: number): void {
    this.#missing.delete(process);
    this.#settleIfComplete();
  }

  #settleIfComplete(): void {
    if (this.#missing.size === 0) this.#complete?.();
  }
}
