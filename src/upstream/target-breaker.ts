import { circuitBreaker, CircuitState, handleAll, type CircuitBreakerPolicy } from 'cockatiel';
import type { BreakerState } from '../core/relay-event.js';
import type { BreakerSettings } from '../core/settings.js';
import { FailureRateBreaker } from './failure-rate-breaker.js';

/** One request's part in it. The first that is said of it holds, unless the breaker has changed its state meanwhile. */
export interface Trial {
  succeeded(): void;
  failed(): void;
  /** The target answered, but nothing that counts: it is alive, which is what a probe asks. */
  answered(): void;
  /** It tells nothing: its caller left. A probe that tells nothing leaves the breaker open. */
  abandoned(): void;
}

interface Settle {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** A promise that nobody settles holds nothing. */
class PendingTrial implements Trial {
  readonly #era: number;
  #settle: Settle | undefined;

  /** Counts as long as `breaker` is in its present era. */
  constructor(
    settle: Settle | undefined,
    private readonly isProbe: boolean,
    private readonly breaker: Pick<TargetBreaker, 'era'>,
  ) {
    this.#era = breaker.era;
    this.#settle = settle;
  }

  succeeded(): void {
    this.#take()?.resolve();
  }

  failed(): void {
    this.#take()?.reject(new Error('The target failed'));
  }

  answered(): void {
    if (this.isProbe) this.succeeded();
  }

  abandoned(): void {
    if (this.isProbe) this.failed();
  }

  #take(): Settle | undefined {
    const settle = this.breaker.era === this.#era ? this.#settle : undefined;
    this.#settle = undefined;
    return settle;
  }
}

const NAMES: Partial<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
};

/**
 * A target's circuit breaker. Cockatiel's knows functions that succeed or fail; a stream succeeds with its first content
 * and may fail long after it.
 */
export class TargetBreaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #failures: FailureRateBreaker;
  #openedAt = 0;
  #era = 0;
  #onChange: (state: BreakerState) => void;

  /** `onChange` is told of each new state. */
  constructor(
    private readonly settings: BreakerSettings,
    onChange: (state: BreakerState) => void = () => undefined,
  ) {
    this.#onChange = onChange;
    this.#failures = new FailureRateBreaker(settings);
    this.#policy = circuitBreaker(handleAll, {
      halfOpenAfter: settings.halfOpenAfterMs,
      breaker: this.#failures,
    });
    this.#policy.onBreak(() => {
      this.#openedAt = Date.now();
    });
    this.#policy.onStateChange((state) => {
      this.#era += 1;
      this.#onChange(NAMES[state] ?? 'open');
    });
  }

  get state(): BreakerState {
    return NAMES[this.#policy.state] ?? 'open';
  }

  /** How often the state has changed: what began before a change must not be counted after it. */
  get era(): number {
    return this.#era;
  }

  /** Milliseconds until a request may try the target; 0 if one may now. */
  get waitMs(): number {
    switch (this.state) {
      case 'closed':
        return 0;
      case 'open':
        return Math.max(0, this.#openedAt + this.settings.halfOpenAfterMs - Date.now());
      case 'half-open':
        return this.settings.halfOpenAfterMs;
    }
  }

  /** Begins a trial; of an open breaker only when `waitMs` is 0. */
  begin(): Trial {
    let settle: Settle | undefined;
    const outcome = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const isProbe = this.state !== 'closed';
    this.#run(() => outcome);
    return new PendingTrial(settle, isProbe, this);
  }

  /** A stream that had succeeded broke off, or was too slow: it counts as a failure in place of a success. */
  failedLater(): void {
    if (this.state !== 'closed') return;
    this.#failures.expectLate();
    this.#run(() => Promise.reject(new Error('The target failed')));
  }

  /** Another breaker takes its place: nobody is told of this one any more. */
  retire(): void {
    if (this.state !== 'closed') this.#onChange('closed');
    this.#onChange = () => undefined;
  }

  #run(trial: () => Promise<void>): void {
    // The one who began the trial knows how it ended.
    this.#policy.execute(trial).catch(() => undefined);
  }
}
