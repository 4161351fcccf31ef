const TICK_MS = 10;

/** Time as this process has had it: where a machine under load lets it wait, the clock waits too. */
export class LoopClock {
  /** Milliseconds since the clock began. */
  ms = 0;
  readonly #timer = setInterval(() => (this.ms += TICK_MS), TICK_MS).unref();

  stop(): void {
    clearInterval(this.#timer);
  }
}
