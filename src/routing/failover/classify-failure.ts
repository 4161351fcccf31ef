import { meaningOf, type FailureCause } from '../../core/error-codes.js';
import type { SluiceError } from '../../core/sluice-error.js';

/** Whose fault an attempt's end is. A key is rejected by 401 alone: a 403 concerns the content of the request. */
export function classifyFailure({ code, status }: SluiceError): FailureCause {
  const { cause } = meaningOf(code);
  return cause === 'key-rejected' && status !== 401 ? 'request' : cause;
}

/** True if another target, key or time may do better. Called only for failures before the first content. */
export function isFailoverable({ code, retryable }: SluiceError): boolean {
  const { failover } = meaningOf(code);
  return failover === 'always' || (failover === 'if-retryable' && retryable);
}
