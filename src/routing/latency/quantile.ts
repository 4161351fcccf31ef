/** As many observations are kept, and as many are needed before there is an answer. */
const KEPT = 128;
const NEEDED = 20;

/** A quantile of the last observations. */
export class Quantile {
  readonly #values: number[] = [];
  #next = 0;

  observe(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** The value below which the part `q` (0 to 1) of them lies; undefined while too few are known. */
  at(q: number): number | undefined {
    if (this.#values.length < NEEDED) return undefined;
    const sorted = this.#values.toSorted((one, other) => one - other);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }
}
