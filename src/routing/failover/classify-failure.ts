import { meaningOf, type FailureCause } from '../../core/error-codes.js';
import type { SluiceError } from '../../core/sluice-error.js';

/** Whose fault an attempt's end is. A key is rejected by 401 alone: a 403 is about what the request asks for. */
export function classifyFailure({ code, status }: SluiceError): FailureCause {
  const { cause } = meaningOf(code);
  return cause === 'key-rejected' && status !== 401 ? 'request' : cause;
}

/** True if another target, key or time may do better. Only what happened before the first content is asked about. */
export function isFailoverable({ code, retryable }: SluiceError): boolean {
  const { failover } = meaningOf(code);
  return failover === 'always' || (failover === 'if-retryable' && retryable);
}
