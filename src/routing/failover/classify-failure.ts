import type { SluiceError } from '../../core/sluice-error.js';

/**
 * Whose fault an attempt's end is: the target's (its breaker counts it), the key's (the next key may do better), the
 * request's (no other target would take it either), or nobody's here (its caller left, or the service stops).
 */
export type FailureCause = 'target' | 'key-limited' | 'key-rejected' | 'request' | 'none';

/** Reads an attempt's end. */
export function classifyFailure({ code, status }: SluiceError): FailureCause {
  switch (code) {
    case 'upstream-rate-limited':
      return 'key-limited';
    case 'upstream-unauthorized':
      return status === 401 ? 'key-rejected' : 'request';
    case 'upstream-unreachable':
    case 'upstream-overloaded':
    case 'upstream-error':
    case 'upstream-cut':
    case 'timeout-headers':
    case 'timeout-first-token':
    case 'timeout-answer':
    case 'timeout-idle':
      return 'target';
    case 'client-gone':
    case 'cancelled':
    case 'shutting-down':
    // Nobody was asked, or nobody knows whose fault it is.
    case 'request-too-large':
    case 'timeout-total':
      return 'none';
    default:
      return 'request';
  }
}

/** True if another target, key or time may do better. Only what happened before the first content is asked about. */
export function isFailoverable(error: SluiceError): boolean {
  if (error.code === 'timeout-total') return false;
  if (error.code === 'upstream-unauthorized' || error.code === 'request-too-large') return true;
  return error.code.startsWith('upstream-') || error.code.startsWith('timeout-') ? error.retryable : false;
}
