import type { SluiceErrorCode } from './sluice-error.js';
import type { FinishReason } from './stream-part.js';

/** The one way a stream ended. */
export type Outcome =
  | 'finished'
  | 'length'
  | 'content-filter'
  | 'cancelled'
  | 'client-gone'
  | 'upstream-cut'
  | 'upstream-error'
  | 'timeout-headers'
  | 'timeout-first-token'
  | 'timeout-idle'
  | 'timeout-total'
  | 'shutdown';

/** True for the outcomes of answers that their models ended by themselves. */
export function isWhole(outcome: Outcome): boolean {
  return outcome === 'finished' || outcome === 'length' || outcome === 'content-filter';
}

/** The outcome of a stream that its upstream ended by itself. */
export function outcomeOfFinish(reason: FinishReason | undefined): Outcome {
  if (reason === 'length') return 'length';
  if (reason === 'content_filter') return 'content-filter';
  return 'finished';
}

/** The outcome of a stream that failed with this code. */
export function outcomeOfError(code: SluiceErrorCode): Outcome {
  switch (code) {
    case 'timeout-headers':
    case 'timeout-first-token':
    case 'timeout-idle':
    case 'timeout-total':
    case 'client-gone':
    case 'cancelled':
    case 'upstream-cut':
      return code;
    case 'shutting-down':
      return 'shutdown';
    default:
      return 'upstream-error';
  }
}
