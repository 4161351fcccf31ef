import { SluiceError } from '../../core/sluice-error.js';
import type { Target } from '../target.js';
import type { TargetLease } from './target-lease.js';
import type { AttemptRecorder } from './attempt-recorder.js';
import type { Attempt } from './attempt.js';

/** An attempt that runs, with its number in the stream's record. */
export interface RunningAttempt {
  readonly target: Target;
  readonly number: number;
  readonly use: TargetLease;
}

/** The attempts of one request that run at the same time. */
export class RunningAttempts<T extends Attempt> {
  readonly #running = new Map<T, RunningAttempt>();
  /** Of streams that another target serves: they run until they have shown whether their target answers. */
  #probes: Set<T> | undefined;

  constructor(private readonly record: AttemptRecorder) {}

  get size(): number {
    return this.#running.size;
  }

  /** All of them wait for targets that may be silent. */
  get areSuspicious(): boolean {
    return [...this.#running.values()].every(({ use }) => use.isSuspect);
  }

  /** A probe runs beside the attempt that serves. */
  get hasProbes(): boolean {
    return this.#probes !== undefined && this.#probes.size > 0;
  }

  get targets(): ReadonlySet<Target> {
    return new Set([...this.#running.values()].map(({ target }) => target));
  }

  add(attempt: T, running: RunningAttempt): void {
    this.#running.set(attempt, running);
  }

  /** The attempt is no longer one of them; undefined if it was none. */
  take(attempt: T): RunningAttempt | undefined {
    const running = this.#running.get(attempt);
    this.#running.delete(attempt);
    return running;
  }

  /** Another attempt serves: all that run are stopped, but for a stream's probes. */
  supersede(): void {
    for (const [attempt, { target, number, use }] of this.#running) {
      if (use.isProbe && this.record.identity.streaming) (this.#probes ??= new Set()).add(attempt);
      else attempt.stop(superseded());
      this.record.attemptSuperseded(number, target);
    }
    this.#running.clear();
  }

  /** The probe has its result, and no request waits for it. */
  endProbe(attempt: T): void {
    if (this.#probes?.delete(attempt) === true) attempt.stop(superseded());
  }

  /** Stops all of them, and the probes. */
  stop(reason: SluiceError): void {
    for (const [attempt, { target, number }] of this.#running) {
      attempt.stop(reason);
      this.record.attemptFailed(number, target, reason);
    }
    this.#running.clear();
    for (const probe of this.#probes ?? []) probe.stop(reason);
    this.#probes = undefined;
  }
}

function superseded(): SluiceError {
  return new SluiceError('cancelled', 'Another attempt was faster');
}
