import { Quantile } from './quantile.js';

/** What an attempt asks for: a stream shows itself with its first content, a whole answer only when it is complete. */
export type AnswerKind = 'stream' | 'whole';

/** One attempt that has shown nothing so far. */
export interface PendingAttempt {
  readonly kind: AnswerKind;
  readonly startedAt: number;
  /** Until when its upstream may take, in milliseconds from its beginning. */
  readonly timeoutMs: number;
  /** Its target has fallen silent: it should not be waited for alone any longer. */
  targetFellSilent(): void;
}

/** As many attempts must be late before their target is taken for silent: a single one may just have much to do. */
const LATE_ATTEMPTS = 3;
/** Sooner than this no attempt is late, in milliseconds. */
const SOONEST_LATE_MS = 600;
/** An attempt is late after this many times what 95 of 100 took. */
const MARGIN = 3;
/** The same where nothing is known of a target: a part of the attempt's timeout. */
const UNKNOWN_PART = 0.5;
/** How long a caller waits for a probe alone where nothing is known of the target, in milliseconds. */
const UNKNOWN_PROBE_MS = 1_000;
/** The same at the most: what was given up in a silence counts among the times, and may have been long. */
const LONGEST_PROBE_MS: Record<AnswerKind, number> = { stream: 2_000, whole: 10_000 };

/**
 * The attempts at one target that wait for their first sign of an answer. The target is silent when several of them are
 * late and it has answered none since they began: a target that answers somebody is slow, not silent. Times are
 * milliseconds of `performance.now()`.
 */
export class PendingAttempts {
  readonly #times: Record<AnswerKind, Quantile> = { stream: new Quantile(), whole: new Quantile() };
  /** Begun after the last answer, in the order in which they began. */
  readonly #sinceAnswer = new Set<PendingAttempt>();
  /** Begun before it. */
  readonly #older = new Set<PendingAttempt>();
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** When an attempt was last answered. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  add(attempt: PendingAttempt): void {
    this.#sinceAnswer.add(attempt);
  }

  /** It has ended without an answer. */
  remove(attempt: PendingAttempt): void {
    if (!this.#sinceAnswer.delete(attempt)) this.#older.delete(attempt);
  }

  /** It was answered, so its target is not silent. */
  answered(attempt: PendingAttempt, now: number): void {
    this.remove(attempt);
    this.observe(attempt, now);
    this.#answeredAt = now;
    for (const other of this.#sinceAnswer) this.#older.add(other);
    this.#sinceAnswer.clear();
  }

  /** An answer takes as long as this attempt has run, or longer. */
  observe({ kind, startedAt }: PendingAttempt, now: number): void {
    this.#times[kind].observe(now - startedAt);
  }

  /** True if several attempts are late, and none was answered since they began. */
  areSilent(now: number): boolean {
    let late = 0;
    const lateAfterMs: Partial<Record<AnswerKind, number>> = {};
    for (const attempt of this.#sinceAnswer) {
      const { kind, startedAt } = attempt;
      // Those that follow are younger still.
      if (now - startedAt < SOONEST_LATE_MS) return false;
      const afterMs = (lateAfterMs[kind] ??= this.#lateAfterMs(attempt));
      if (now - startedAt >= afterMs) late += 1;
      if (late >= LATE_ATTEMPTS) return true;
    }
    return false;
  }

  /** Tells all that wait. */
  tellSilence(): void {
    for (const attempt of [...this.#older, ...this.#sinceAnswer]) attempt.targetFellSilent();
  }

  /** How long the caller of a probe waits for it alone, in milliseconds. */
  probeWaitMs(kind: AnswerKind): number {
    const usual = this.#times[kind].at(0.95);
    if (usual === undefined) return UNKNOWN_PROBE_MS;
    return Math.min(LONGEST_PROBE_MS[kind], Math.max(SOONEST_LATE_MS, usual));
  }

  #lateAfterMs({ kind, timeoutMs }: PendingAttempt): number {
    const usual = this.#times[kind].at(0.95);
    return usual === undefined ? UNKNOWN_PART * timeoutMs : Math.max(SOONEST_LATE_MS, MARGIN * usual);
  }
}
