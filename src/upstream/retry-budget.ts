import type { RetryBudgetSettings } from '../core/settings.js';

const SLOTS = 10;

interface Slot {
  turn: number;
  requests: number;
  retries: number;
}

/**
 * Keeps an outage from being multiplied: when every request fails, retries are a part of the requests and not a
 * multiple. Counts in ten slots of a window, so that what is recent fades in tenths.
 */
export class RetryBudget {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ turn: -1, requests: 0, retries: 0 }));

  constructor(private readonly settings: RetryBudgetSettings) {}

  /** A request came. `now` in milliseconds, of a clock that does not go back. */
  request(now: number): void {
    this.#slot(now).requests += 1;
  }

  /** True if there is a retry left. */
  has(now: number): boolean {
    const { requests, retries } = this.#recent(now);
    const { ratio, minimum } = this.settings;
    return retries < Math.max(minimum, Math.floor(requests * ratio));
  }

  /** Takes one retry, if there is one left. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#slot(now).retries += 1;
    return true;
  }

  #recent(now: number): { requests: number; retries: number } {
    const oldest = this.#turn(now) - SLOTS;
    let [requests, retries] = [0, 0];
    for (const slot of this.#slots) {
      if (slot.turn <= oldest) continue;
      requests += slot.requests;
      retries += slot.retries;
    }
    return { requests, retries };
  }

  #slot(now: number): Slot {
    const turn = this.#turn(now);
    const index = turn % SLOTS;
    const slot = this.#slots[index];
    if (slot?.turn === turn) return slot;
    const fresh = { turn, requests: 0, retries: 0 };
    this.#slots[index] = fresh;
    return fresh;
  }

  #turn(now: number): number {
    return Math.floor((now * SLOTS) / this.settings.windowMs);
  }
}
