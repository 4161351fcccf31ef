import type { KeyFailure } from '../core/relay-event.js';
import type { SluiceError } from '../core/sluice-error.js';
import type { AdmissionPlace } from './admission.js';
import { failureOf, type Failure } from './failure.js';
import { fingerprintOf } from './fingerprint.js';
import type { KeyLease, KeyPool } from './key-pool.js';
import type { Trial } from './target-breaker.js';
import type { TargetState } from './target-state.js';

/** What a failure counts for as a time to first token, at the least: a target that fails at once is not a fast one. */
const FAILURE_MS = 1_000;

/** Who is told of keys that an upstream limits or refuses. */
export interface KeyWatcher {
  keyFailed(upstream: string, failure: KeyFailure): void;
}

/** What one attempt holds. */
export interface Held {
  /** What the key is asked for: `upstream/model`. */
  readonly scope: string;
  readonly place: AdmissionPlace;
  readonly keyLease: KeyLease;
  readonly trial: Trial;
}

/**
 * One attempt's hold on its target: a place, a key and a part in the breaker's count. It ends once, however the attempt
 * ends, and what the attempt has shown is noted with it. Times are milliseconds of `performance.now()`.
 */
export class TargetUse {
  readonly startedAt: number;
  #committed = false;
  #over = false;

  constructor(
    private readonly target: TargetState,
    private readonly keys: KeyPool,
    private readonly held: Held,
    now: number,
    private readonly watcher: KeyWatcher,
  ) {
    this.startedAt = now;
    target.inFlight += 1;
  }

  get key(): string | undefined {
    return this.held.keyLease.key;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The first content came. */
  committed(now: number): void {
    if (this.#committed || this.#over) return;
    this.#committed = true;
    this.target.latency.observe(now - this.startedAt, now);
    this.held.trial.succeeded();
  }

  /** The stream goes on, but slower than its target may be. */
  tooSlow(): void {
    if (!this.#over) this.target.breaker.failedLater();
  }

  /** Gives everything back. `error` undefined: a good end. */
  end(error: SluiceError | undefined, now: number): void {
    if (this.#over) return;
    this.#over = true;
    const { place, keyLease, trial } = this.held;
    this.target.inFlight -= 1;
    place.release();
    keyLease.release();
    const failure = error && this.#failureOf(error);
    if (failure !== 'none') this.target.errors.add(failure !== undefined, now);
    if (failure === undefined || this.#committed) trial.succeeded();
    else if (failure === 'target') trial.failed();
    else if (failure === 'none') trial.abandoned();
    else trial.answered();
    if (failure === 'target') this.#notePenalty(now);
    if (failure === 'key-limited' || failure === 'key-rejected') {
      this.#noteKey(failure, error?.retryAfterMs ?? 0, now);
    }
  }

  /** A time that ran out with nothing to show for it is the target's fault; a long answer is nobody's. */
  #failureOf(error: SluiceError): Failure {
    return error.code === 'timeout-total' && !this.#committed ? 'target' : failureOf(error);
  }

  #notePenalty(now: number): void {
    if (this.#committed) this.target.breaker.failedLater();
    else this.target.latency.observe(Math.max(FAILURE_MS, now - this.startedAt), now);
  }

  #noteKey(type: KeyFailure['type'], forMs: number, now: number): void {
    const { key } = this;
    if (type === 'key-limited') this.keys.limited(key, this.held.scope, now, forMs);
    else this.keys.rejected(key);
    if (key === undefined) return;
    this.watcher.keyFailed(this.target.upstream, { type, fingerprint: fingerprintOf(key), forMs });
  }
}
