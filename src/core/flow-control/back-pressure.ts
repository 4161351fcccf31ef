/** Who is told when a flow stops and goes on: an object, since a stream has several and a closure is kept for each. */
export interface BackPressureListener {
  onPauseChange(paused: boolean): void;
  /** The source has no more: what is left waits for the reader alone. */
  onSourceEnd?(): void;
}

/** The brake between a reader and its source. Starts open. */
export class BackPressure {
  #paused = false;
  #ended = false;
  #listeners: readonly BackPressureListener[] = [];

  get paused(): boolean {
    return this.#paused;
  }

  get ended(): boolean {
    return this.#ended;
  }

  pause(): void {
    this.#set(true);
  }

  resume(): void {
    this.#set(false);
  }

  /** The source has no more, but its reader may not have all of it yet. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const listener of this.#listeners) listener.onSourceEnd?.();
  }

  /** From now on `listener` is told of each change. */
  add(listener: BackPressureListener): void {
    // Exactly as many as there are: see `LightAbortController`.
    this.#listeners = this.#listeners.concat(listener);
  }

  /** Ends that, also while it is told. */
  remove(listener: BackPressureListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  #set(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    for (const listener of this.#listeners) {
      if (this.#listeners.includes(listener)) listener.onPauseChange(paused);
    }
  }
}
