import type { RetryBudgetSettings } from '../../core/settings.js';
import { SlidingWindowCounter } from '../breaker/sliding-window.js';

/**
 * Keeps an outage from being multiplied: when every request fails, retries are a part of the requests and not a
 * multiple. Times are milliseconds of a clock that does not go back.
 */
export class RetryBudget {
  /** Requests, and retries. */
  readonly #counts: SlidingWindowCounter;

  constructor(private readonly settings: RetryBudgetSettings) {
    this.#counts = new SlidingWindowCounter(settings.windowMs);
  }

  /** A request came. */
  request(now: number): void {
    this.#counts.add(1, 0, now);
  }

  /** True if there is a retry left. */
  has(now: number): boolean {
    const { one: requests, other: retries } = this.#counts.read(now);
    const { ratio, minimum } = this.settings;
    return retries < Math.max(minimum, Math.floor(requests * ratio));
  }

  /** Takes one retry, if there is one left. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#counts.add(0, 1, now);
    return true;
  }
}
