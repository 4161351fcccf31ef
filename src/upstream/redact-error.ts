import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { redact } from './redact.js';

/** The error without the upstream's key, should the provider have quoted it. */
export function redactError(error: SluiceError, { key }: UpstreamSettings): SluiceError {
  if (key === undefined || error.providerError === undefined) return error;
  return new SluiceError(error.code, error.message, {
    status: error.status,
    retryable: error.retryable,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    providerError: Object.fromEntries(
      Object.entries(error.providerError).map(([field, value]) => [field, redact(value, [key])]),
    ),
  });
}
