/** In how many pieces a window is counted: what is recent fades in so many parts. */
const SLOTS = 10;

interface Slot {
  turn: number;
  one: number;
  other: number;
}

/** Two sums over a sliding window. Times are milliseconds of a clock that does not go back. */
export class SlidingWindowCounter {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ turn: -1, one: 0, other: 0 }));

  constructor(private readonly windowMs: number) {}

  add(one: number, other: number, now: number): void {
    const turn = this.#turnOf(now);
    const index = turn % SLOTS;
    const known = this.#slots[index];
    const slot = known?.turn === turn ? known : { turn, one: 0, other: 0 };
    this.#slots[index] = slot;
    slot.one += one;
    slot.other += other;
  }

  read(now: number): { readonly one: number; readonly other: number } {
    const oldest = this.#turnOf(now) - SLOTS;
    let [one, other] = [0, 0];
    for (const slot of this.#slots) {
      if (slot.turn <= oldest) continue;
      one += slot.one;
      other += slot.other;
    }
    return { one, other };
  }

  /** Forgets everything. */
  reset(): void {
    for (const slot of this.#slots) Object.assign(slot, { one: 0, other: 0 });
  }

  #turnOf(now: number): number {
    return Math.floor((now * SLOTS) / this.windowMs);
  }
}
