/** Ring size in milliseconds: longer than any delay that is requested. */
const SLOTS = 16_384;

/** Calls back after a number of milliseconds, for many streams with one timer. */
export class Pacer {
  /** @type {(() => void)[][]} */
  #slots = Array.from({ length: SLOTS }, () => []);
  #waiting = 0;
  #at = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {number} dueMs a time of `performance.now()`; what is late is called at the next tick
   * @param {() => void} callback
   */
  at(dueMs, callback) {
    if (this.#waiting === 0) this.#at = Math.floor(performance.now());
    const slot = Math.max(Math.ceil(dueMs), this.#at + 1);
    this.#slots[slot % SLOTS]?.push(callback);
    this.#waiting += 1;
    this.#wake();
  }

  #wake() {
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#tick(), 1);
  }

  #tick() {
    this.#timer = undefined;
    const now = performance.now();
    while (this.#at < now - 1) {
      this.#at += 1;
      const due = this.#slots[this.#at % SLOTS] ?? [];
      if (due.length === 0) continue;
      this.#slots[this.#at % SLOTS] = [];
      this.#waiting -= due.length;
      for (const callback of due) callback();
    }
    if (this.#waiting > 0) this.#wake();
  }
}
