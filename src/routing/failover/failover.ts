import { SluiceError } from '../../core/sluice-error.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { TargetSelector, type Allowed, type Candidate } from './target-selector.js';
import { isFailoverable } from './classify-failure.js';
import type { RetryBudget } from './retry-budget.js';
import { orderTargets } from './order-targets.js';
import type { Target } from '../target.js';
import type { SilenceListener, TargetLease } from './target-lease.js';
import { backoffMs } from './backoff.js';
import type { FailoverOptions } from './failover-options.js';
import { nothingToTry } from './nothing-to-try.js';
import { RunningAttempts } from './running-attempts.js';
import type { Attempt } from './attempt.js';

/** As many attempts are made where the route does not say: each target and key once, and the keys of one target take nothing from the others. */
const DEFAULT_MAX_ATTEMPTS = 3;

/**
 * Tries a route's targets until one has something for the caller. It ends with that: once content has gone out, another
 * target's answer would be another answer. Where an attempt probes a target, or waits for one that fell silent, another
 * target is tried beside it.
 */
export class Failover<T extends Attempt> implements SilenceListener {
  readonly #candidates: TargetSelector;
  readonly #running: RunningAttempts<T>;
  /** Another target is tried beside one that may be silent. */
  #overtaking = false;
  /** Ends the wait for a permit; undefined if the request does not wait. */
  #waiting: LightAbortController | undefined;
  #attempts = 0;
  #rounds = 0;
  #nextRoundTimer: NodeJS.Timeout | undefined;
  #hedge: NodeJS.Timeout | undefined;
  #lastError: SluiceError | undefined;
  #ended = false;

  constructor(private readonly options: FailoverOptions<T>) {
    const { upstreams, route, random, record } = options;
    const costOf = (target: Target) => upstreams.healthFor(target).cost();
    const targets = orderTargets(route.targets, route.settings.strategy, { random, costOf });
    this.#candidates = new TargetSelector(upstreams, targets, record.identity.streaming ? 'stream' : 'whole');
    this.#running = new RunningAttempts(record);
  }

  start(): void {
    this.#budget.request(performance.now());
    this.#next();
  }

  /** An attempt has won, or nothing is left to try. */
  get over(): boolean {
    return this.#ended;
  }

  /** A probe runs beside the attempt that serves: it has to be stopped when its caller leaves. */
  get hasProbes(): boolean {
    return this.#running.hasProbes;
  }

  /** Ends it, and every attempt that runs. */
  stop(reason: SluiceError): void {
    if (!this.#ended) this.#conclude();
    this.#running.stop(reason);
  }

  /** The target of a running attempt has fallen silent. */
  onTargetSilent(): void {
    this.#overtake();
  }

  #next(): void {
    if (this.#isSpent) return this.#giveUp();
    const { maxAttempts } = this.options.route.settings;
    const now = performance.now();
    const isRetry = this.#isRetry;
    const freeOnly =
      this.#attempts >= (maxAttempts ?? DEFAULT_MAX_ATTEMPTS) || (isRetry && !this.#budget.has(now));
    const newFirst = maxAttempts !== undefined && this.#attempts === maxAttempts - 1;
    const candidate = this.#candidates.next(now, { freeOnly, newFirst });
    // A request that only the budget keeps from another attempt fails at once.
    if (candidate.kind === 'none' && freeOnly && this.#candidates.hasNext(now)) return this.#giveUp();
    if (candidate.kind !== 'none' && isRetry && !candidate.free) this.#budget.take(now);
    return this.#follow(candidate);
  }

  get #budget(): RetryBudget {
    const { upstreams, route } = this.options;
    return upstreams.routeStateFor(route.settings).budget;
  }

  /** Attempts after the first are, but for one whose predecessor no upstream has seen. */
  get #isRetry(): boolean {
    return this.#attempts > 0 && this.#lastError?.notSent !== true;
  }

  /** The limit of attempts, or of targets, is reached. */
  get #isSpent(): boolean {
    const { maxAttempts } = this.options.route.settings;
    if (maxAttempts !== undefined) return this.#attempts >= maxAttempts;
    return this.#candidates.targetsTried >= DEFAULT_MAX_ATTEMPTS;
  }

  #follow(candidate: Candidate): void {
    switch (candidate.kind) {
      case 'ready':
        this.#begin(candidate);
        return;
      case 'full':
        this.#wait(candidate);
        return;
      case 'none':
        this.#nextRound(candidate);
    }
  }

  #begin({ target, use }: Extract<Candidate, { kind: 'ready' }>): void {
    const { record, begin } = this.options;
    this.#attempts += 1;
    const number = (this.options.attemptsBefore ?? 0) + this.#attempts;
    const attempt = begin(target, use);
    this.#running.add(attempt, { target, number, use });
    use.listener = this;
    record.attemptStarted(number, target);
    attempt.start({
      committed: () => this.#won(attempt),
      empty: () => this.#emptied(attempt, use.key, target),
      failed: (error) => this.#failed(attempt, use.key, error),
    });
    this.#armHedge(use);
  }

  #won(attempt: T): void {
    if (this.#ended) return this.#running.endProbe(attempt);
    const winner = this.#running.take(attempt);
    if (winner === undefined) return;
    const { record, onWon, upstreams, route } = this.options;
    this.#conclude();
    record.attemptWon(winner.number, winner.target);
    if (record.identity.streaming) {
      upstreams.routeStateFor(route.settings).ttft.observe(performance.now() - winner.use.startedAt);
    }
    this.#running.supersede();
    onWon(attempt, winner.target);
  }

  /** An answer without content is accepted only if no other target is available. */
  #emptied(attempt: T, key: string | undefined, target: Target): void {
    if (this.#ended) return this.#running.endProbe(attempt);
    const error = new SluiceError(
      'upstream-error',
      `The upstream '${target.upstream.name}' answered nothing`,
    );
    this.#candidates.failed(target, key, error);
    const others = this.#running.size > 1 || this.#mayContinue(performance.now());
    return others ? this.#failed(attempt, key, error) : this.#won(attempt);
  }

  #mayContinue(now: number): boolean {
    const freeOnly = !this.#budget.has(now);
    return !this.#isSpent && this.#candidates.hasNext(now, { freeOnly });
  }

  #failed(attempt: T, key: string | undefined, error: SluiceError): void {
    if (this.#ended) return this.#running.endProbe(attempt);
    const running = this.#running.take(attempt);
    if (running === undefined) return;
    clearTimeout(this.#hedge);
    this.#lastError = error;
    this.options.record.attemptFailed(running.number, running.target, error);
    this.#candidates.failed(running.target, key, error);
    if (this.#running.size > 0 && !this.#overtaking) return;
    if (!isFailoverable(error)) this.#giveUp();
    else if (this.#running.size === 0) this.#next();
    else if (this.#running.areSuspicious) this.#overtake();
  }

  #wait({ target, admission }: Extract<Candidate, { kind: 'full' }>): void {
    const waiting = new LightAbortController();
    this.#waiting = waiting;
    admission.acquire(this.options.caller, waiting).then(
      (place) => {
        if (this.#ended) return place.release();
        const candidate = this.#candidates.next(performance.now(), {}, { target, place });
        // Meanwhile its key or its breaker may have said no.
        return candidate.kind === 'none' ? this.#next() : this.#follow(candidate);
      },
      (error: unknown) => {
        this.#lastError = SluiceError.from(error);
        this.#giveUp();
      },
    );
  }

  /** Where `maxAttempts` exceeds the targets and keys of a route, they are tried again after a wait. */
  #nextRound(none: Extract<Candidate, { kind: 'none' }>): void {
    const { route, random } = this.options;
    const again = route.settings.maxAttempts !== undefined && this.#rounds < route.settings.maxAttempts;
    const waitMs =
      again && this.#lastError ? backoffMs(this.#rounds, this.#lastError.retryAfterMs, random) : undefined;
    if (waitMs === undefined || waitMs > this.#leftMs) {
      this.#lastError ??= nothingToTry(route, none);
      return this.#giveUp();
    }
    this.#rounds += 1;
    this.#nextRoundTimer = setTimeout(() => {
      this.#candidates.startRound();
      this.#next();
    }, waitMs);
    return undefined;
  }

  /** Of the longest total time that a target of the route has. */
  get #leftMs(): number {
    const { route, record } = this.options;
    const totals = route.targets.map(({ upstream }) => upstream.totalTimeoutMs);
    return record.startedAt + Math.max(...totals) - performance.now();
  }

  /**
   * When the first attempt is slower than 95 of 100 were, a second one is begun beside it where the route wants that;
   * beside a probe in any case.
   */
  #armHedge(use: TargetLease): void {
    const { upstreams, route } = this.options;
    if (use.isProbe) {
      clearTimeout(this.#hedge);
      this.#hedge = setTimeout(() => this.#overtake(), use.probeWaitMs);
      return;
    }
    if (!route.settings.hedge || this.#attempts !== 1) return;
    const afterMs = upstreams.routeStateFor(route.settings).ttft.at(0.95);
    if (afterMs === undefined) return;
    this.#hedge = setTimeout(() => {
      const now = performance.now();
      if (this.#isSpent) return;
      if (!this.#candidates.hasNext(now) || !this.#budget.take(now)) return;
      this.#beginBeside();
    }, afterMs);
  }

  /** Asks a target that is believed well beside those that run. It costs no budget: theirs are not believed well. */
  #overtake(): void {
    if (this.#ended || this.#isSpent) return;
    this.#overtaking = true;
    clearTimeout(this.#hedge);
    this.#beginBeside({ freeOnly: true });
  }

  #beginBeside(allowed: Allowed = {}): void {
    const candidate = this.#candidates.nextBeside(this.#running.targets, performance.now(), allowed);
    if (candidate.kind === 'ready') this.#begin(candidate);
  }

  #giveUp(): void {
    if (this.#ended) return;
    this.#conclude();
    // Whatever else runs is not to blame for the last error.
    this.#running.stop(new SluiceError('cancelled', 'The request is over'));
    this.options.onGaveUp(this.#lastError ?? new SluiceError('internal', 'No attempt was made'));
  }

  #conclude(): void {
    this.#ended = true;
    clearTimeout(this.#nextRoundTimer);
    clearTimeout(this.#hedge);
    this.#waiting?.abort(new SluiceError('cancelled', 'The request is over'));
  }
}
