import type { SluiceError } from '../../core/sluice-error.js';
import type { Route } from '../routes.js';
import type { Target } from '../target.js';
import type { TargetLease } from './target-lease.js';
import type { UpstreamRegistry } from '../upstream-registry.js';
import type { AttemptRecorder } from './attempt-recorder.js';
import type { Attempt } from './attempt.js';

/** One request, and what to do with it. */
export interface FailoverOptions<T extends Attempt> {
  readonly upstreams: UpstreamRegistry;
  readonly route: Route;
  readonly caller: string;
  readonly record: AttemptRecorder;
  /** Attempts that were made before. @default 0 */
  readonly attemptsBefore?: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly begin: (target: Target, use: TargetLease) => T;
  /** Called once, unless the failover is stopped before: with the attempt that has something for the caller, … */
  readonly onWon: (attempt: T, target: Target) => void;
  /** … or with the caller's error when there is nothing left to try. */
  readonly onGaveUp: (error: SluiceError) => void;
}
