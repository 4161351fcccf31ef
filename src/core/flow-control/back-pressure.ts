/** A listener of pauses and resumptions: an object, which saves a closure for each of a stream's listeners. */
export interface BackPressureListener {
  onPauseChange(paused: boolean): void;
  /** The source has no more: what is left waits for the reader alone. */
  onSourceEnd?(): void;
}

/** Lets a reader pause its source. Starts open. */
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

  /** Notifies `listener` of each change from now on. */
  add(listener: BackPressureListener): void {
    // Exactly as many as there are: see `LightAbortController`.
    this.#listeners = this.#listeners.concat(listener);
  }

  /** Ends that, also during a notification. */
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
