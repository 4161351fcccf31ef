import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamIdentity } from '../../core/relay-event.js';
import type { Target } from '../target.js';

/** Receives the attempts of one request, for its statistics. */
export interface AttemptRecorder {
  readonly identity: Pick<StreamIdentity, 'streaming'>;
  /** When the request began, in milliseconds of the monotonic clock. */
  readonly startedAt: number;
  attemptStarted(number: number, target: Target): void;
  attemptFailed(number: number, target: Target, error: SluiceError): void;
  attemptSuperseded(number: number, target: Target): void;
  /** The attempt that serves the request. */
  attemptWon(number: number, target: Target): void;
}
