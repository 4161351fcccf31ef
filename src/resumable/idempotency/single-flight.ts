import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController, type AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';

/** One piece of work for which several callers wait. It is aborted when the last caller has left. */
export class SingleFlight<T> {
  readonly result: Promise<T>;
  readonly #controller = new LightAbortController();
  #waiting = 0;
  #value: T | undefined;

  /** `begin` is given a signal that is aborted when no caller waits any more. */
  constructor(begin: (nobody: AbortSignalLike) => Promise<T>) {
    this.result = begin(this.#controller);
    // Each caller that joins gets a failure by itself.
    this.result.then(
      (value) => (this.#value = value),
      () => undefined,
    );
  }

  /** What it came to; undefined as long as it has come to nothing. */
  get value(): T | undefined {
    return this.#value;
  }

  get cancelled(): boolean {
    return this.#controller.aborted;
  }

  /** Waits with the others, until the signal is aborted. */
  async join(signal: AbortSignalLike | undefined): Promise<T> {
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#controller.abort(new SluiceError('client-gone', 'The caller left'));
    };
    this.#waiting += 1;
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave);
    try {
      return await this.result;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}
