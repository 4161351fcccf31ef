import { SluiceError } from '../core/sluice-error.js';
import { Stop } from '../core/stop-signal.js';
import { Candidates, type Candidate } from '../upstream/candidates.js';
import { mayFailOver } from '../upstream/failure.js';
import type { RetryBudget } from '../upstream/retry-budget.js';
import { orderTargets } from '../upstream/order-targets.js';
import type { Route } from '../upstream/routes.js';
import type { Target } from '../upstream/target.js';
import type { TargetUse } from '../upstream/target-use.js';
import type { Upstreams } from '../upstream/upstreams.js';
import { backoffMs } from './backoff.js';
import type { StreamRecord } from './stream-record.js';
import type { Try } from './try.js';

/** As many attempts are made where the route does not say: each target and key once. */
const DEFAULT_MAX_ATTEMPTS = 3;

/** When a caller should ask again while every key is in use, in milliseconds. */
const BUSY_MS = 1_000;

/** One request, and what to do with it. */
export interface FailoverOptions<T extends Try> {
  readonly upstreams: Upstreams;
  readonly route: Route;
  readonly caller: string;
  readonly record: StreamRecord;
  /** Attempts that were made before. @default 0 */
  readonly attemptsBefore?: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly begin: (target: Target, use: TargetUse) => T;
  /** Called once, unless the failover is stopped before: with the attempt that has something for the caller, … */
  readonly onWon: (attempt: T, target: Target) => void;
  /** … or with what is told to the caller when there is nothing left to try. */
  readonly onGaveUp: (error: SluiceError) => void;
}

interface Running {
  readonly target: Target;
  readonly number: number;
  readonly startedAt: number;
}

/**
 * Tries a route's targets until one has something for the caller. It ends with that: once content has gone out, another
 * target's answer would be another answer.
 */
export class Failover<T extends Try> {
  readonly #candidates: Candidates;
  readonly #running = new Map<T, Running>();
  /** Ends the wait for a place; there is none as long as nobody waits. */
  #waiting: Stop | undefined;
  #attempts = 0;
  #rounds = 0;
  #nextRoundTimer: NodeJS.Timeout | undefined;
  #hedge: NodeJS.Timeout | undefined;
  #lastError: SluiceError | undefined;
  #over = false;

  constructor(private readonly options: FailoverOptions<T>) {
    const { upstreams, route, random } = options;
    const costOf = (target: Target) => upstreams.stateOf(target).cost();
    const targets = orderTargets(route.targets, route.settings.strategy, { random, costOf });
    this.#candidates = new Candidates(upstreams, targets);
  }

  start(): void {
    this.#budget.request(performance.now());
    this.#next();
  }

  /** An attempt has won, or nothing is left to try. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends it, and every attempt that runs. */
  stop(reason: SluiceError): void {
    if (this.#over) return;
    this.#conclude();
    for (const [attempt, { target, number }] of this.#running) {
      attempt.stop(reason);
      this.options.record.attemptFailed(number, target, reason);
    }
    this.#running.clear();
  }

  #next(): void {
    if (this.#attempts >= this.#maxAttempts) return this.#giveUp();
    const now = performance.now();
    // Before a trial is begun, or a refused retry would use up a breaker's one probe.
    if (this.#isRetry && this.#candidates.hasNext(now) && !this.#budget.take(now)) return this.#giveUp();
    return this.#follow(this.#candidates.next(now));
  }

  get #budget(): RetryBudget {
    const { upstreams, route } = this.options;
    return upstreams.routeOf(route.settings).budget;
  }

  /** Attempts after the first are, but for one whose predecessor no upstream has seen. */
  get #isRetry(): boolean {
    return this.#attempts > 0 && this.#lastError?.unseen !== true;
  }

  get #maxAttempts(): number {
    return this.options.route.settings.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
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
    this.#running.set(attempt, { target, number, startedAt: use.startedAt });
    record.attemptStarted(number, target);
    attempt.start({
      committed: () => this.#won(attempt),
      empty: () => this.#emptied(attempt, use.key, target),
      failed: (error) => this.#failed(attempt, use.key, error),
    });
    this.#armHedge();
  }

  #won(attempt: T): void {
    const winner = this.#running.get(attempt);
    if (this.#over || winner === undefined) return;
    const { record, onWon, upstreams, route } = this.options;
    this.#conclude();
    this.#running.delete(attempt);
    record.attemptWon(winner.number, winner.target);
    if (record.identity.streaming) {
      upstreams.routeOf(route.settings).ttft.observe(performance.now() - winner.startedAt);
    }
    for (const [other, { target: slower, number }] of this.#running) {
      other.stop(new SluiceError('cancelled', 'Another attempt was faster'));
      record.attemptSuperseded(number, slower);
    }
    this.#running.clear();
    onWon(attempt, winner.target);
  }

  /** An answer without content is an answer only where nobody else can give one. */
  #emptied(attempt: T, key: string | undefined, target: Target): void {
    if (this.#over) return;
    const error = new SluiceError(
      'upstream-error',
      `The upstream '${target.upstream.name}' answered nothing`,
    );
    this.#candidates.failed(target, key, error);
    const others = this.#running.size > 1 || this.#mayGoOn(performance.now());
    return others ? this.#failed(attempt, key, error) : this.#won(attempt);
  }

  #mayGoOn(now: number): boolean {
    return this.#attempts < this.#maxAttempts && this.#candidates.hasNext(now) && this.#budget.has(now);
  }

  #failed(attempt: T, key: string | undefined, error: SluiceError): void {
    const running = this.#running.get(attempt);
    if (this.#over || running === undefined) return;
    this.#running.delete(attempt);
    clearTimeout(this.#hedge);
    this.#lastError = error;
    this.options.record.attemptFailed(running.number, running.target, error);
    this.#candidates.failed(running.target, key, error);
    if (this.#running.size > 0) return;
    if (mayFailOver(error)) this.#next();
    else this.#giveUp();
  }

  #wait({ target, admission }: Extract<Candidate, { kind: 'full' }>): void {
    const waiting = new Stop();
    this.#waiting = waiting;
    admission.enter(this.options.caller, waiting).then(
      (place) => {
        if (this.#over) return place.release();
        const candidate = this.#candidates.next(performance.now(), { target, place });
        // Meanwhile its key or its breaker may have said no.
        return candidate.kind === 'none' ? this.#next() : this.#follow(candidate);
      },
      (error: unknown) => {
        this.#lastError = SluiceError.from(error);
        this.#giveUp();
      },
    );
  }

  /** Where a route asks for more attempts than it has targets and keys, they are asked again after a while. */
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
      this.#candidates.again();
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

  /** When the first attempt is slower than 95 of 100 were, a second one is begun beside it. */
  #armHedge(): void {
    const { upstreams, route } = this.options;
    if (!route.settings.hedge || this.#attempts !== 1) return;
    const afterMs = upstreams.routeOf(route.settings).ttft.at(0.95);
    if (afterMs === undefined) return;
    this.#hedge = setTimeout(() => {
      if (this.#attempts >= this.#maxAttempts) return;
      const busy = new Set([...this.#running.values()].map(({ target }) => target));
      const now = performance.now();
      if (!this.#candidates.hasNext(now) || !this.#budget.take(now)) return;
      const candidate = this.#candidates.besides(busy, now);
      if (candidate.kind === 'ready') this.#begin(candidate);
    }, afterMs);
  }

  #giveUp(): void {
    if (this.#over || this.#running.size > 0) return;
    this.#conclude();
    this.options.onGaveUp(this.#lastError ?? new SluiceError('internal', 'No attempt was made'));
  }

  #conclude(): void {
    this.#over = true;
    clearTimeout(this.#nextRoundTimer);
    clearTimeout(this.#hedge);
    this.#waiting?.abort(new SluiceError('cancelled', 'The request is over'));
  }
}

/** Every target rests: its breaker is open, or its keys are limited; or all of its keys are in use. */
function nothingToTry(
  { settings }: Route,
  { limited, retryAfterMs }: Extract<Candidate, { kind: 'none' }>,
): SluiceError {
  const problem = `No target of route '${settings.name}' can be asked now; ask again`;
  if (retryAfterMs === undefined)
    return new SluiceError('overloaded', problem, { status: 429, retryAfterMs: BUSY_MS });
  return new SluiceError(limited ? 'upstream-rate-limited' : 'upstream-overloaded', problem, {
    retryAfterMs,
  });
}
