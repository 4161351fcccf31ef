/** A listener of an abort: a function, or an object as in the DOM, which saves a closure. */
export type AbortListener = (() => void) | { handleEvent(): void };

/** What ends a stream from outside: as much of an AbortSignal as Sluice looks at. Every AbortSignal is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** Why; defined once aborted. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/** A controller and its signal in one. A request needs three, and Node's own cost it tens of microseconds. */
export class LightAbortController implements AbortSignalLike {
  #aborted = false;
  #reason: unknown;
  #listeners: readonly AbortListener[] = [];

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Tells the listeners, in order. The first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) tell(listener);
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    // Most have one or two: an array that is pushed to, or spread into another one, has room for seventeen.
    this.#listeners = this.#listeners.concat(listener);
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }
}

function tell(listener: AbortListener): void {
  if (typeof listener === 'function') listener();
  else listener.handleEvent();
}
