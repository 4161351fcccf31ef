/** In how many pieces a window is counted: what is recent fades in so many parts. */
const SLOTS = 10;

interface Slot {
  turn: number;
  all: number;
  failed: number;
}

/** How many of the recent outcomes were failures. Times are milliseconds of a clock that does not go back. */
export class RecentRate {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ turn: -1, all: 0, failed: 0 }));

  constructor(private readonly windowMs: number) {}

  add(failed: boolean, now: number): void {
    const slot = this.#slotOf(now);
    slot.all += 1;
    if (failed) slot.failed += 1;
  }

  /** What was counted as no failure has become one. */
  turn(now: number): void {
    this.add(true, now);
    this.#slotOf(now).all -= 1;
  }

  read(now: number): { readonly all: number; readonly failed: number } {
    const oldest = this.#turnOf(now) - SLOTS;
    let [all, failed] = [0, 0];
    for (const slot of this.#slots) {
      if (slot.turn <= oldest) continue;
      all += slot.all;
      failed += slot.failed;
    }
    return { all, failed };
  }

  /** Forgets everything. */
  reset(): void {
    for (const slot of this.#slots) Object.assign(slot, { all: 0, failed: 0 });
  }

  #slotOf(now: number): Slot {
    const turn = this.#turnOf(now);
    const index = turn % SLOTS;
    const known = this.#slots[index];
    if (known?.turn === turn) return known;
    const slot = { turn, all: 0, failed: 0 };
    this.#slots[index] = slot;
    return slot;
  }

  #turnOf(now: number): number {
    return Math.floor((now * SLOTS) / this.windowMs);
  }
}
