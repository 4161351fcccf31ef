import type { SluiceError } from '../../core/sluice-error.js';
import type { ConcurrencyLimiter, Permit } from '../limits/concurrency-limiter.js';
import { classifyFailure } from './classify-failure.js';
import type { KeyLease } from '../keys/key-pool.js';
import type { AnswerKind } from './pending-attempts.js';
import type { Target } from '../target.js';
import { TargetLease } from './target-lease.js';
import type { UpstreamRegistry } from '../upstream-registry.js';

/**
 * What a request may do next. `free`: the attempt multiplies no outage, since another target than those that were asked
 * is believed well, or is probed; what is not free takes from the retry budget.
 */
export type Candidate =
  | { readonly kind: 'ready'; readonly target: Target; readonly use: TargetLease; readonly free: boolean }
  /** Every target that is left is full: a place of this one has to be waited for. */
  | {
      readonly kind: 'full';
      readonly target: Target;
      readonly admission: ConcurrencyLimiter;
      readonly free: boolean;
    }
  /** None is left. After `retryAfterMs` one may serve again; undefined if unknown. `limited`: a key rests. */
  | { readonly kind: 'none'; readonly limited: boolean; readonly retryAfterMs: number | undefined };

/** Which of the remaining targets may be tried. */
export interface Allowed {
  /** None but those that are free. @default false */
  readonly freeOnly?: boolean;
  /** Untried targets come first. @default false */
  readonly newFirst?: boolean;
}

/**
 * The targets and keys that one request has left. A target that failed is not tried again in the same round; one whose
 * key was limited or refused is tried with the next key at once. Where the breakers of all targets are open, the one
 * that answered last is tried once in a round, if its breaker allows that. Times are milliseconds of
 * `performance.now()`.
 */
export class TargetSelector {
  /** Those that failed in this round, and the keys that did: made where one does, since most requests need neither. */
  #failed: Set<Target> | undefined;
  #keys: Map<Target, Set<string | undefined>> | undefined;
  readonly #attempted = new Map<string, number>();
  /** In all rounds. */
  readonly #tried: Target[] = [];

  /** `targets` in the order in which they are tried; `kind` is what the request needs. */
  constructor(
    private readonly upstreams: UpstreamRegistry,
    private readonly targets: readonly Target[],
    private readonly kind: AnswerKind = 'stream',
  ) {}

  /** How many targets were tried, in all rounds. */
  get targetsTried(): number {
    return this.#tried.length;
  }

  /** The next target. `waited` holds a place that was waited for. */
  next(
    now: number,
    allowed: Allowed = {},
    waited?: { readonly target: Target; readonly place: Permit },
  ): Candidate {
    this.#checkSilence(now);
    if (waited !== undefined) return this.#first([waited.target], now, allowed, waited.place);
    const found = this.#first(this.#servingFirst(this.#inOrder(allowed), now), now, allowed);
    return found.kind === 'none' ? this.#lastResort(now, allowed, found) : found;
  }

  /** The next target for an attempt beside those that run on `busy`: another one if there is any. */
  nextBeside(busy: ReadonlySet<Target>, now: number, allowed: Allowed = {}): Candidate {
    this.#checkSilence(now);
    const others = this.targets.filter((target) => !busy.has(target));
    return this.#first([...this.#servingFirst(others, now), ...busy], now, allowed);
  }

  /** True if another target, or another key, is available now. */
  hasNext(now: number, allowed: Allowed = {}): boolean {
    this.#checkSilence(now);
    return this.targets.some(
      (target) =>
        this.#mayTry(target, now, allowed) &&
        this.upstreams.keyPoolFor(target.upstream).has(target.name, now, this.#keys?.get(target) ?? NO_KEYS),
    );
  }

  /** An attempt failed. */
  failed(target: Target, key: string | undefined, error: SluiceError): void {
    const failure = classifyFailure(error);
    if (failure !== 'key-limited' && failure !== 'key-rejected') (this.#failed ??= new Set()).add(target);
    this.#keys ??= new Map();
    const keys = this.#keys.get(target) ?? new Set();
    this.#keys.set(target, keys.add(key));
  }

  /** Starts a new round: every remaining target and key is available again. */
  startRound(): void {
    this.#failed = undefined;
    this.#keys = undefined;
  }

  /** A lone target is used even if it is silent. */
  #checkSilence(now: number): void {
    if (this.targets.length < 2) return;
    for (const target of this.targets) this.upstreams.healthFor(target).checkSilence(now);
  }

  #inOrder({ newFirst = false }: Allowed): readonly Target[] {
    if (!newFirst || this.#tried.length === 0) return this.targets;
    return [...this.targets.filter((target) => !this.#tried.includes(target)), ...this.#tried];
  }

  /** Those that refuse come last. */
  #servingFirst(targets: readonly Target[], now: number): readonly Target[] {
    const refusing = targets.filter((target) => this.#refuses(target, now));
    if (refusing.length === 0) return targets;
    return [...targets.filter((target) => !refusing.includes(target)), ...refusing];
  }

  #refuses({ upstream, name }: Target, now: number): boolean {
    return this.upstreams.keyPoolFor(upstream).refusals.passesOver(name, now);
  }

  #first(
    targets: readonly Target[],
    now: number,
    allowed: Allowed & { readonly lastResort?: boolean },
    waitedFor?: Permit,
  ): Candidate {
    let full: Target | undefined;
    for (const target of targets) {
      if (!this.#mayTry(target, now, allowed)) continue;
      const keyLease = this.#keyFor(target, now);
      if (keyLease === undefined) continue;
      const place = waitedFor ?? this.upstreams.limiterFor(target.upstream).tryAcquire();
      const free = this.#isFree(target, now);
      if (place !== undefined) {
        return { kind: 'ready', target, use: this.#use(target, keyLease, place, now), free };
      }
      keyLease.release();
      full ??= target;
    }
    waitedFor?.release();
    if (full === undefined) return this.#none(now);
    const admission = this.upstreams.limiterFor(full.upstream);
    return { kind: 'full', target: full, admission, free: this.#isFree(full, now) };
  }

  /** The target that answered last is used, since refusing all requests would turn brief failures into an outage. */
  #lastResort(now: number, allowed: Allowed, none: Candidate): Candidate {
    if (this.#failed !== undefined && this.#failed.size > 0) return none;
    const answeredAt = (target: Target) => this.upstreams.healthFor(target).pending.answeredAt;
    const targets = this.targets
      .filter((target) => this.upstreams.healthFor(target).breaker.allowsLastResort)
      .toSorted((one, other) =>
        answeredAt(one) === answeredAt(other) ? 0 : answeredAt(other) - answeredAt(one),
      );
    return targets.length === 0 ? none : this.#first(targets, now, { ...allowed, lastResort: true });
  }

  #keyFor(target: Target, now: number): KeyLease | undefined {
    return this.upstreams
      .keyPoolFor(target.upstream)
      .take(target.name, now, this.#keys?.get(target) ?? NO_KEYS);
  }

  #mayTry(
    target: Target,
    now: number,
    { freeOnly = false, lastResort = false }: Allowed & { readonly lastResort?: boolean },
  ): boolean {
    const { name, maxAttempts } = target.upstream;
    if (this.#failed?.has(target) === true || (this.#attempted.get(name) ?? 0) >= maxAttempts) return false;
    if (freeOnly && !this.#isFree(target, now)) return false;
    return lastResort || this.upstreams.healthFor(target).breaker.waitMs === 0;
  }

  #isFree(target: Target, now: number): boolean {
    if (this.#refuses(target, now)) return false;
    const state = this.upstreams.healthFor(target);
    return !this.#tried.includes(target) && (state.isHealthy() || state.breaker.isProbeDue);
  }

  #use(target: Target, keyLease: KeyLease, permit: Permit, now: number): TargetLease {
    const { upstream, name: scope } = target;
    this.#attempted.set(upstream.name, (this.#attempted.get(upstream.name) ?? 0) + 1);
    if (!this.#tried.includes(target)) this.#tried.push(target);
    const state = this.upstreams.healthFor(target);
    const { kind } = this;
    const timeoutMs = kind === 'stream' ? upstream.firstTokenTimeoutMs : upstream.answerTimeoutMs;
    const isProbe = state.breaker.isProbeDue;
    const { breaker } = upstream;
    const held = {
      scope,
      breaker,
      permit,
      keyLease,
      breakerPermit: state.breaker.begin(),
      isProbe,
      kind,
      timeoutMs,
    };
    const keys = this.upstreams.keyPoolFor(upstream);
    keys.refusals.asked(scope, now, breaker);
    return new TargetLease(state, keys, held, now, this.upstreams);
  }

  #none(now: number): Candidate {
    const rests = this.targets.map((target) =>
      this.upstreams.keyPoolFor(target.upstream).cooldownMs(target.name, now),
    );
    const limits = rests.filter((ms) => ms !== undefined);
    const breaks = this.targets
      .map((target) => this.upstreams.healthFor(target).breaker.waitMs)
      .filter((ms) => ms > 0);
    const waits = [...limits, ...breaks];
    const retryAfterMs = waits.length === 0 ? undefined : Math.min(...waits);
    return { kind: 'none', limited: limits.length > 0, retryAfterMs };
  }
}

const NO_KEYS: ReadonlySet<string | undefined> = new Set();
