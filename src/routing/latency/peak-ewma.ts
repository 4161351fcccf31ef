/** After this time without an observation the last one counts for a third, in milliseconds. */
const FORGET_MS = 30_000;

/** After this time a past observation weighs a third, in milliseconds. */
const DECAY_MS = 10_000;

/**
 * A moving average of times to first token that rises at once and falls slowly, so that a target that became slow is
 * avoided from its first slow answer on (Finagle's "peak EWMA"). Times are milliseconds of one clock.
 */
export class PeakEwma {
  #value: number | undefined;
  #at = 0;

  /** Undefined before the first observation. */
  get value(): number | undefined {
    return this.#value;
  }

  observe(ms: number, now: number): void {
    const weight = Math.exp(-Math.max(0, now - this.#at) / DECAY_MS);
    this.#value =
      this.#value === undefined || ms > this.#value ? ms : this.#value * weight + ms * (1 - weight);
    this.#at = now;
  }

  /**
   * What a further request may have to wait, with `inFlight` others: 0 for a target of which nothing is known. It fades
   * with the time since the last observation, so that a target that is avoided is tried again.
   */
  cost(inFlight: number, now: number): number {
    const faded = Math.exp(-Math.max(0, now - this.#at) / FORGET_MS);
    return (this.#value ?? 0) * faded * (inFlight + 1);
  }
}
