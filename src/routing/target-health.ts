import type { BreakerState } from '../core/relay-event.js';
import type { BreakerSettings } from '../core/settings.js';
import { PeakEwma } from './latency/peak-ewma.js';
import { PendingAttempts } from './failover/pending-attempts.js';
import { FailureRate } from './breaker/failure-rate.js';
import { CircuitBreaker } from './breaker/circuit-breaker.js';

const MINUTE_MS = 60_000;

/** What is known of one target in this process. */
export class TargetHealth {
  readonly latency = new PeakEwma();
  /** Attempts that failed, of those of the last minute. */
  readonly errors = new FailureRate(MINUTE_MS);
  readonly pending = new PendingAttempts();
  /** The last answer was one without content, which another target may do better. */
  answersEmpty = false;
  inFlight = 0;
  #breaker: CircuitBreaker;
  #settings: string;

  constructor(
    readonly id: string,
    readonly upstream: string,
    settings: BreakerSettings,
    private readonly onChange: (state: BreakerState) => void,
  ) {
    this.#settings = JSON.stringify(settings);
    this.#breaker = new CircuitBreaker(settings, onChange);
  }

  get breaker(): CircuitBreaker {
    return this.#breaker;
  }

  /** Takes other settings. What the breaker knows is kept if nothing of them changed. */
  update(settings: BreakerSettings): void {
    const text = JSON.stringify(settings);
    if (text === this.#settings) return;
    this.#settings = text;
    this.#breaker.dispose();
    this.#breaker = new CircuitBreaker(settings, this.onChange);
  }

  /** Called when the target is no longer configured: its changes are no longer reported. */
  dispose(): void {
    this.#breaker.dispose();
  }

  /** True if nothing speaks against the target: its last attempt did not fail, and it answers. */
  isHealthy(): boolean {
    const { state, consecutiveFailures } = this.#breaker;
    return state === 'closed' && consecutiveFailures === 0 && !this.answersEmpty;
  }

  /** Opens the breaker if attempts wait in vain, and notifies them. */
  checkSilence(now: number): void {
    if (this.#breaker.state !== 'closed' || !this.pending.areSilent(now)) return;
    this.#breaker.recordSilence();
    this.pending.reportSilence();
  }

  /** What a request would cost now, in milliseconds to its first token; 0 if that is not known, or a probe is due. */
  cost(): number {
    if (this.#breaker.isProbeDue) return 0;
    return this.latency.cost(this.inFlight, performance.now());
  }
}
