import type { BreakerSettings } from '../../core/settings.js';
import type { KeyFailure } from '../../core/relay-event.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { Permit } from '../limits/concurrency-limiter.js';
import type { FailureCause } from '../../core/error-codes.js';
import { classifyFailure } from './classify-failure.js';
import { keyFingerprint } from '../keys/key-fingerprint.js';
import type { KeyLease, KeyPool } from '../keys/key-pool.js';
import type { AnswerKind, PendingAttempt } from './pending-attempts.js';
import type { BreakerPermit } from '../breaker/circuit-breaker.js';
import type { TargetHealth } from '../target-health.js';

/** What a failure counts for as a time to first token, at the least: a target that fails at once is not a fast one. */
const FAILURE_MS = 1_000;

/** Notified of keys that an upstream limits or refuses. */
export interface KeyFailureListener {
  onKeyFailure(upstream: string, failure: KeyFailure): void;
}

/** What one attempt holds. */
export interface LeasedResources {
  /** What the key is used for: `upstream/model`. */
  readonly scope: string;
  /** Of the upstream: how many refusals in a row, and for how long, let others come first. */
  readonly breaker: BreakerSettings;
  readonly permit: Permit;
  readonly keyLease: KeyLease;
  readonly breakerPermit: BreakerPermit;
  /** The trial probes an open breaker. @default false */
  readonly isProbe?: boolean;
  /** @default 'stream' */
  readonly kind?: AnswerKind;
  /** Until when the upstream may take for its first sign of an answer, in milliseconds. @default no limit */
  readonly timeoutMs?: number;
}

/** The request that waits for an attempt. */
export interface SilenceListener {
  /** The attempt's target has fallen silent. */
  onTargetSilent(): void;
}

/**
 * One attempt's hold on its target: a place, a key and a part in the breaker's count. It ends once, however the attempt
 * ends, and what the attempt has shown is noted with it. Times are milliseconds of `performance.now()`.
 */
export class TargetLease implements PendingAttempt {
  readonly startedAt: number;
  readonly kind: AnswerKind;
  readonly timeoutMs: number;
  /** It probes a target whose breaker was open. */
  readonly isProbe: boolean;
  /** Told as long as nothing has come. */
  listener: SilenceListener | undefined;
  #committed = false;
  #late = false;
  #ended = false;

  constructor(
    private readonly target: TargetHealth,
    private readonly keys: KeyPool,
    private readonly held: LeasedResources,
    now: number,
    private readonly watcher: KeyFailureListener,
  ) {
    const { kind = 'stream', timeoutMs = Number.POSITIVE_INFINITY, isProbe = false } = held;
    this.startedAt = now;
    this.kind = kind;
    this.timeoutMs = timeoutMs;
    this.isProbe = isProbe;
    target.inFlight += 1;
    target.pending.add(this);
  }

  get key(): string | undefined {
    return this.held.keyLease.key;
  }

  get released(): boolean {
    return this.#ended;
  }

  /** Its target may be silent: it probes one, or the target fell silent meanwhile. */
  get isSuspect(): boolean {
    return this.isProbe || this.#late;
  }

  /** How long its caller waits for it alone if it is a probe, in milliseconds. */
  get probeWaitMs(): number {
    return this.target.pending.probeWaitMs(this.kind);
  }

  /** Of its target, as long as nothing has come. */
  onTargetSilent(): void {
    this.#late = true;
    this.listener?.onTargetSilent();
  }

  /** The first content came. */
  committed(now: number): void {
    if (this.#committed || this.#ended) return;
    this.#committed = true;
    this.target.latency.observe(now - this.startedAt, now);
    this.#answered(now);
    this.target.answersEmpty = false;
    this.held.breakerPermit.succeeded();
  }

  /** The stream runs on, but slower than its target may be. */
  markTooSlow(): void {
    if (!this.#ended) this.target.breaker.recordLateFailure();
  }

  /** Gives everything back. `error` undefined: a good end. */
  end(error: SluiceError | undefined, now: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const { permit, keyLease, breakerPermit } = this.held;
    this.target.inFlight -= 1;
    if (!this.#committed) this.#endPending(error, now);
    permit.release();
    keyLease.release();
    const failure = error && this.#failureOf(error);
    if (failure !== 'none') this.target.errors.add(failure !== undefined, now);
    if (failure === undefined || this.#committed) breakerPermit.succeeded();
    else if (failure === 'target') breakerPermit.failed();
    else if (failure === 'none') breakerPermit.cancelled();
    else breakerPermit.neutral();
    if (failure === 'target') this.#notePenalty(now);
    if (failure === 'key-limited' || failure === 'key-rejected') {
      this.#noteKey(failure, error?.retryAfterMs ?? 0, now);
    }
    if (error !== undefined && isRefusal(error)) {
      this.keys.refusals.refused(this.held.scope, now, this.held.breaker);
    }
  }

  /** An answer without content is one too, and so is a whole answer. */
  #endPending(error: SluiceError | undefined, now: number): void {
    if (error === undefined) {
      this.#answered(now);
      this.target.answersEmpty = this.kind === 'stream';
      return;
    }
    this.listener = undefined;
    this.target.pending.remove(this);
    if (this.#late && error.code === 'cancelled') this.target.pending.gaveUp(this, now);
  }

  #answered(now: number): void {
    this.listener = undefined;
    this.target.pending.answered(this, now);
    this.keys.refusals.served(this.held.scope);
  }

  /** A timeout without content is the target's fault; the total timeout of a long answer is not. */
  #failureOf(error: SluiceError): FailureCause {
    return error.code === 'timeout-total' && !this.#committed ? 'target' : classifyFailure(error);
  }

  #notePenalty(now: number): void {
    if (this.#committed) this.target.breaker.recordLateFailure();
    else this.target.latency.observe(Math.max(FAILURE_MS, now - this.startedAt), now);
  }

  #noteKey(type: KeyFailure['type'], forMs: number, now: number): void {
    const { key } = this;
    if (type === 'key-limited') this.keys.markRateLimited(key, this.held.scope, now, forMs);
    else this.keys.rejected(key);
    if (key === undefined) return;
    this.watcher.onKeyFailure(this.target.upstream, { type, fingerprint: keyFingerprint(key), forMs });
  }
}

/** A limit that names a wait is none: its key rests for as long. */
function isRefusal({ code, retryable, retryAfterMs = 0 }: SluiceError): boolean {
  if (code === 'upstream-rejected') return retryable;
  return code === 'upstream-unauthorized' || (code === 'upstream-rate-limited' && retryAfterMs <= 0);
}
