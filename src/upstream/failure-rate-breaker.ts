import { CircuitState, type IBreaker } from 'cockatiel';
import type { BreakerSettings } from '../core/settings.js';
import { RecentRate } from './recent-rate.js';

/**
 * Says when a circuit opens: when more than a part of the recent outcomes were failures. Cockatiel's own sampling breaker
 * forgets by the outcome and not by the time, so that four failures within an hour can open it.
 */
export class FailureRateBreaker implements IBreaker {
  /** Cockatiel may store and restore a breaker's state; nothing here does. */
  state: unknown;
  readonly #recent: RecentRate;
  #late = false;

  constructor(private readonly settings: BreakerSettings) {
    this.#recent = new RecentRate(settings.windowMs);
  }

  /** The next failure is that of a request that was counted as a success before. */
  expectLate(): void {
    this.#late = true;
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.#recent.reset();
    this.#recent.add(false, Date.now());
  }

  failure(state: CircuitState): boolean {
    const now = Date.now();
    if (this.#late) this.#recent.turn(now);
    else this.#recent.add(true, now);
    this.#late = false;
    if (state !== CircuitState.Closed) return true;
    const { all, failed } = this.#recent.read(now);
    const { minimumRequests, failureRate } = this.settings;
    return all >= minimumRequests && failed > failureRate * all;
  }
}
