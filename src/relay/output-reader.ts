import type { Observable, Subscription } from 'rxjs';
import type { BackPressure } from '../core/flow-control/back-pressure.js';

/** How many values may wait for the iteration before the source is paused. */
const MAX_WAITING = 16;

interface Request<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads an Observable value by value. The first `next` subscribes; `return` and `throw` unsubscribe. */
export class OutputReader<T> implements AsyncIterableIterator<T, undefined> {
  #waiting: IteratorYieldResult<T>[] = [];
  readonly #requests: Request<T>[] = [];
  #subscription: Subscription | undefined;
  #ended = false;
  /** Thrown once, after the values before it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly source: Observable<T>,
    private readonly flow: BackPressure,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.#subscribe();
    return new Promise((resolve, reject) => {
      this.#requests.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    throw error;
  }

  #subscribe(): void {
    if (this.#subscription !== undefined || this.#ended) return;
    this.#subscription = this.source.subscribe({
      next: (value) => this.#add(value),
      error: (error: unknown) => {
        this.#failure = { error };
        this.#end();
      },
      complete: () => this.#end(),
    });
    // A subscription resumes the source.
    this.#updatePause();
  }

  #add(value: T): void {
    this.#waiting.push({ done: false, value });
    this.#serve();
    this.#updatePause();
  }

  #updatePause(): void {
    if (this.#waiting.length >= MAX_WAITING) this.flow.pause();
  }

  #end(): void {
    this.#ended = true;
    this.#serve();
  }

  #leave(): void {
    this.#waiting = [];
    this.#failure = undefined;
    this.#ended = true;
    this.#subscription?.unsubscribe();
    this.#serve();
  }

  #serve(): void {
    for (let request = this.#served(); request !== undefined; request = this.#served()) this.#answer(request);
    if (this.#waiting.length === 0 && !this.#ended && this.flow.paused) this.flow.resume();
  }

  /** The next request that can be answered now. */
  #served(): Request<T> | undefined {
    return this.#waiting.length > 0 || this.#ended ? this.#requests.shift() : undefined;
  }

  #answer({ resolve, reject }: Request<T>): void {
    const value = this.#waiting.shift();
    if (value !== undefined) return resolve(value);
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? resolve({ done: true, value: undefined }) : reject(failure.error);
  }
}
