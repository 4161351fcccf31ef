import type { SluiceError } from '../core/sluice-error.js';
import type { Admission, AdmissionPlace } from './admission.js';
import { failureOf } from './failure.js';
import type { KeyLease } from './key-pool.js';
import type { Target } from './target.js';
import { TargetUse } from './target-use.js';
import type { Upstreams } from './upstreams.js';

/** What a request may do next. */
export type Candidate =
  | { readonly kind: 'ready'; readonly target: Target; readonly use: TargetUse }
  /** Every target that is left is full: a place of this one has to be waited for. */
  | { readonly kind: 'full'; readonly target: Target; readonly admission: Admission }
  /** None is left. After `retryAfterMs` one may serve again; undefined if nobody knows. `limited`: a key rests. */
  | { readonly kind: 'none'; readonly limited: boolean; readonly retryAfterMs: number | undefined };

/**
 * The targets and keys that one request has left. A target that failed is not asked again in the same round; one whose
 * key was limited or refused is asked with the next key at once.
 */
export class Candidates {
  /** Those that failed in this round, and the keys that did: made where one does, since most requests need neither. */
  #failed: Set<Target> | undefined;
  #keys: Map<Target, Set<string | undefined>> | undefined;
  readonly #asked = new Map<string, number>();

  /** `targets` in the order in which they are tried. */
  constructor(
    private readonly upstreams: Upstreams,
    private readonly targets: readonly Target[],
  ) {}

  /** The next target. `now` in milliseconds of `performance.now()`; `waited` holds a place that was waited for. */
  next(now: number, waited?: { readonly target: Target; readonly place: AdmissionPlace }): Candidate {
    return this.#first(waited === undefined ? this.targets : [waited.target], now, waited?.place);
  }

  /** The next target for an attempt beside those that run on `busy`: another one if there is any. */
  besides(busy: ReadonlySet<Target>, now: number): Candidate {
    const others = this.targets.filter((target) => !busy.has(target));
    return this.#first([...others, ...busy], now);
  }

  /** True if another target, or another key, could be asked now. */
  hasNext(now: number): boolean {
    return this.targets.some(
      (target) =>
        this.#mayAsk(target) &&
        this.upstreams.keysOf(target.upstream).has(target.name, now, this.#keys?.get(target) ?? NO_KEYS),
    );
  }

  #first(targets: readonly Target[], now: number, waitedFor?: AdmissionPlace): Candidate {
    let full: Target | undefined;
    for (const target of targets) {
      const keyLease = this.#keyFor(target, now);
      if (keyLease === undefined) continue;
      const place = waitedFor ?? this.upstreams.admissionOf(target.upstream).tryEnter();
      if (place !== undefined) return { kind: 'ready', target, use: this.#use(target, keyLease, place, now) };
      keyLease.release();
      full ??= target;
    }
    waitedFor?.release();
    if (full !== undefined) {
      return { kind: 'full', target: full, admission: this.upstreams.admissionOf(full.upstream) };
    }
    return this.#none(now);
  }

  /** An attempt failed. */
  failed(target: Target, key: string | undefined, error: SluiceError): void {
    const failure = failureOf(error);
    if (failure !== 'key-limited' && failure !== 'key-rejected') (this.#failed ??= new Set()).add(target);
    this.#keys ??= new Map();
    const keys = this.#keys.get(target) ?? new Set();
    this.#keys.set(target, keys.add(key));
  }

  /** A new round: all that may still be asked may be asked again. */
  again(): void {
    this.#failed = undefined;
    this.#keys = undefined;
  }

  #keyFor(target: Target, now: number): KeyLease | undefined {
    if (!this.#mayAsk(target)) return undefined;
    return this.upstreams.keysOf(target.upstream).take(target.name, now, this.#keys?.get(target) ?? NO_KEYS);
  }

  #mayAsk(target: Target): boolean {
    const { name, maxAttempts } = target.upstream;
    if (this.#failed?.has(target) === true || (this.#asked.get(name) ?? 0) >= maxAttempts) return false;
    return this.upstreams.stateOf(target).breaker.waitMs === 0;
  }

  #use(target: Target, keyLease: KeyLease, place: AdmissionPlace, now: number): TargetUse {
    const { name } = target.upstream;
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
    const state = this.upstreams.stateOf(target);
    const held = { scope: target.name, place, keyLease, trial: state.breaker.begin() };
    return new TargetUse(state, this.upstreams.keysOf(target.upstream), held, now, this.upstreams);
  }

  #none(now: number): Candidate {
    const rests = this.targets.map((target) =>
      this.upstreams.keysOf(target.upstream).restMs(target.name, now),
    );
    const limits = rests.filter((ms) => ms !== undefined);
    const breaks = this.targets
      .map((target) => this.upstreams.stateOf(target).breaker.waitMs)
      .filter((ms) => ms > 0);
    const waits = [...limits, ...breaks];
    const retryAfterMs = waits.length === 0 ? undefined : Math.min(...waits);
    return { kind: 'none', limited: limits.length > 0, retryAfterMs };
  }
}

const NO_KEYS: ReadonlySet<string | undefined> = new Set();
