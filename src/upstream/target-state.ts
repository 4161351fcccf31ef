import type { BreakerState } from '../core/relay-event.js';
import type { BreakerSettings } from '../core/settings.js';
import { PeakEwma } from './peak-ewma.js';
import { RecentRate } from './recent-rate.js';
import { TargetBreaker } from './target-breaker.js';

const MINUTE_MS = 60_000;

/** What is known of one target in this process. */
export class TargetState {
  readonly latency = new PeakEwma();
  /** Attempts that failed, of those of the last minute. */
  readonly errors = new RecentRate(MINUTE_MS);
  inFlight = 0;
  #breaker: TargetBreaker;
  #settings: string;

  constructor(
    readonly id: string,
    readonly upstream: string,
    settings: BreakerSettings,
    private readonly onChange: (state: BreakerState) => void,
  ) {
    this.#settings = JSON.stringify(settings);
    this.#breaker = new TargetBreaker(settings, onChange);
  }

  get breaker(): TargetBreaker {
    return this.#breaker;
  }

  /** Takes other settings. What the breaker knows is kept if nothing of them changed. */
  update(settings: BreakerSettings): void {
    const text = JSON.stringify(settings);
    if (text === this.#settings) return;
    this.#settings = text;
    this.#breaker.retire();
    this.#breaker = new TargetBreaker(settings, this.onChange);
  }

  /** It is no longer configured: nobody is told of it any more. */
  retire(): void {
    this.#breaker.retire();
  }

  /** What a request would cost now, in milliseconds to its first token; 0 if that is not known. */
  cost(): number {
    return this.latency.cost(this.inFlight, performance.now());
  }
}
