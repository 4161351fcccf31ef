import type { BreakerState } from '../../core/relay-event.js';
import type { BreakerSettings } from '../../core/settings.js';
import { FailureRate } from './failure-rate.js';

/** One request's part in it. The first that is said of it holds, unless the breaker has changed its state meanwhile. */
export interface BreakerPermit {
  succeeded(): void;
  failed(): void;
  /** The target answered, but nothing that counts: it is alive, which is what a probe checks. */
  neutral(): void;
  /** No result: its caller left. A probe without a result leaves the breaker open. */
  cancelled(): void;
}

/**
 * Why a breaker is not closed: the failure rate, failures in a row, or attempts that wait for too long. Only the rate is
 * evidence enough to refuse requests that no other target can serve.
 */
type Reason = 'rate' | 'consecutive' | 'silence';

/**
 * A target's circuit breaker: closed, open, or half-open while a single probe runs. It opens when too many of the
 * recent attempts failed, when several failed in a row, and when attempts have waited too long. An attempt succeeds with
 * its first content, and may fail after that. Times are milliseconds of `performance.now()`, which no change of the
 * wall clock moves.
 */
export class CircuitBreaker {
  readonly #recent: FailureRate;
  #state: BreakerState = 'closed';
  #reason: Reason = 'rate';
  #openedAt = 0;
  /** How often the state has changed: what began before a change is not counted after it. */
  #generation = 0;
  #consecutive = 0;
  #onChange: (state: BreakerState) => void;
  /** One for all trials, so that a trial which is kept leads to nothing but its breaker. */
  readonly #settlePermit: SettlePermit = (event, breakerPermit) => this.#settle(event, breakerPermit);

  /** `onChange` is called with each new state. */
  constructor(
    private readonly settings: BreakerSettings,
    onChange: (state: BreakerState) => void = () => undefined,
  ) {
    this.#onChange = onChange;
    this.#recent = new FailureRate(settings.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Attempts that failed since the last one that succeeded. */
  get consecutiveFailures(): number {
    return this.#consecutive;
  }

  /** Milliseconds until a request may try the target; 0 if one may now. */
  get waitMs(): number {
    switch (this.#state) {
      case 'closed':
        return 0;
      case 'open':
        return Math.max(0, this.#openedAt + this.settings.halfOpenAfterMs - performance.now());
      case 'half-open':
        return this.settings.halfOpenAfterMs;
    }
  }

  /** True if the next trial is a probe: the breaker was open for long enough. */
  get isProbeDue(): boolean {
    return this.#state === 'open' && this.waitMs === 0;
  }

  /** True if it is not closed, but the target may be used where no other one is available. */
  get allowsLastResort(): boolean {
    return this.#state !== 'closed' && this.#reason !== 'rate';
  }

  /** Begins a trial; of a breaker whose `waitMs` is not 0 only as a last resort. */
  begin(): BreakerPermit {
    const isProbe = this.isProbeDue;
    if (isProbe) this.#change('half-open');
    return new OpenPermit(this.#generation, isProbe, this.#settlePermit);
  }

  /** A stream that had succeeded was cut, or was too slow: it counts as a failure in place of a success. */
  recordLateFailure(): void {
    if (this.#state !== 'closed') return;
    const now = performance.now();
    this.#recent.reclassify(now);
    if (this.#isRateExceeded(now)) this.#open('rate');
  }

  /** Attempts have waited for much longer than the target usually takes. Opens a closed breaker. */
  recordSilence(): void {
    if (this.#state === 'closed') this.#open('silence');
  }

  /** Called when another breaker replaces it: its changes are no longer reported. */
  dispose(): void {
    if (this.#state !== 'closed') this.#onChange('closed');
    this.#onChange = () => undefined;
  }

  #settle(event: keyof BreakerPermit, { generation, isProbe }: OpenPermit): void {
    if (generation !== this.#generation) {
      // Whoever was taken for silent and has spoken is not.
      if (event === 'succeeded' && this.#state !== 'closed' && this.#reason === 'silence') this.#close();
      return;
    }
    if (this.#state === 'closed') this.#count(event);
    else if (isProbe) this.#endProbe(event);
    else if (event === 'succeeded' || event === 'neutral') this.#close();
    else if (event === 'failed') this.#countFailure('rate');
  }

  #count(event: keyof BreakerPermit): void {
    if (event === 'succeeded') {
      this.#consecutive = 0;
      this.#recent.add(false, performance.now());
    } else if (event === 'failed') {
      this.#countFailure('consecutive');
    }
  }

  /** `mayOpenFor`: whether failures in a row open it too, or the rate alone. */
  #countFailure(mayOpenFor: 'consecutive' | 'rate'): void {
    const now = performance.now();
    this.#consecutive += 1;
    this.#recent.add(true, now);
    if (this.#isRateExceeded(now)) this.#open('rate');
    else if (mayOpenFor === 'consecutive' && this.#consecutive >= this.settings.consecutiveFailures)
      this.#open('consecutive');
  }

  #endProbe(event: keyof BreakerPermit): void {
    if (event === 'failed' || event === 'cancelled') return this.#open(this.#reason);
    this.#recent.reset();
    return this.#close();
  }

  #isRateExceeded(now: number): boolean {
    const { all, failed } = this.#recent.read(now);
    const { minimumRequests, failureRate } = this.settings;
    return all >= minimumRequests && failed > failureRate * all;
  }

  #open(reason: Reason): void {
    this.#reason = reason;
    this.#openedAt = performance.now();
    this.#change('open');
  }

  #close(): void {
    this.#consecutive = 0;
    this.#recent.add(false, performance.now());
    this.#change('closed');
  }

  #change(state: BreakerState): void {
    const isNew = state !== this.#state;
    this.#state = state;
    this.#generation += 1;
    if (isNew) this.#onChange(state);
  }
}

type SettlePermit = (event: keyof BreakerPermit, breakerPermit: OpenPermit) => void;

/** A trial that nothing has been said of yet. */
class OpenPermit implements BreakerPermit {
  #settle: SettlePermit | undefined;

  constructor(
    readonly generation: number,
    readonly isProbe: boolean,
    settle: SettlePermit,
  ) {
    this.#settle = settle;
  }

  succeeded(): void {
    this.#end('succeeded');
  }

  failed(): void {
    this.#end('failed');
  }

  neutral(): void {
    this.#end('neutral');
  }

  cancelled(): void {
    this.#end('cancelled');
  }

  #end(event: keyof BreakerPermit): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(event, this);
  }
}
