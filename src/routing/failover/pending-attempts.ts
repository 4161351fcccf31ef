import { Quantile } from '../latency/quantile.js';

/** What an attempt requests: a stream shows itself with its first content, a whole answer only when it is complete. */
export type AnswerKind = 'stream' | 'whole';

/** One attempt that has shown nothing so far. */
export interface PendingAttempt {
  readonly kind: AnswerKind;
  readonly startedAt: number;
  /** Until when its upstream may take, in milliseconds from its beginning. */
  readonly timeoutMs: number;
  /** Its target has fallen silent: it should not be waited for alone any longer. */
  onTargetSilent(): void;
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
/** So many times are kept until it is known whether they count. */
const MAX_GIVEN_UP = 128;

/**
 * The attempts at one target that wait for their first sign of an answer. The target is silent when several of them are
 * late and it has answered none since they began: a target that answers any request is slow, not silent. Times are
 * milliseconds of `performance.now()`.
 */
export class PendingAttempts {
  readonly #times: Record<AnswerKind, Quantile> = { stream: new Quantile(), whole: new Quantile() };
  /** Begun after the last answer, in the order in which they began. */
  readonly #sinceAnswer = new Set<PendingAttempt>();
  /** Begun before it. */
  readonly #older = new Set<PendingAttempt>();
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** How long streams ran that were given up in a silence: the next answer shows whether it was one. */
  #givenUp: number[] = [];

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
    const tookMs = now - attempt.startedAt;
    this.#times[attempt.kind].observe(tookMs);
    if (attempt.kind === 'stream' && this.#givenUp.length > 0) this.#judgeSilence(tookMs);
    this.#answeredAt = now;
    for (const other of this.#sinceAnswer) this.#older.add(other);
    this.#sinceAnswer.clear();
  }

  /**
   * It was given up in a silence. If its target has become slower, an answer takes at least as long as it ran. Of streams
   * the next answer, a probe's, tells; whole answers' probes end when another target serves, so that none may come.
   */
  gaveUp({ kind, startedAt }: PendingAttempt, now: number): void {
    const ranMs = now - startedAt;
    if (kind === 'whole') this.#times.whole.observe(ranMs);
    else if (this.#givenUp.length < MAX_GIVEN_UP) this.#givenUp.push(ranMs);
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
  reportSilence(): void {
    for (const attempt of [...this.#older, ...this.#sinceAnswer]) attempt.onTargetSilent();
  }

  /** How long the caller of a probe waits for it alone, in milliseconds. */
  probeWaitMs(kind: AnswerKind): number {
    const usual = this.#times[kind].at(0.95);
    if (usual === undefined) return UNKNOWN_PROBE_MS;
    return Math.min(LONGEST_PROBE_MS[kind], Math.max(SOONEST_LATE_MS, usual));
  }

  /** An answer sooner than what was given up shows that the target was silent, and not slower. */
  #judgeSilence(tookMs: number): void {
    const givenUp = this.#givenUp;
    this.#givenUp = [];
    if (tookMs < Math.max(...givenUp)) return;
    for (const ranMs of givenUp) this.#times.stream.observe(ranMs);
  }

  #lateAfterMs({ kind, timeoutMs }: PendingAttempt): number {
    const usual = this.#times[kind].at(0.95);
    return usual === undefined ? UNKNOWN_PART * timeoutMs : Math.max(SOONEST_LATE_MS, MARGIN * usual);
  }
}
