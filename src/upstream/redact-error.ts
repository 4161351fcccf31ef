import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { redact } from './redact.js';
import { secretsOf } from './secrets-of.js';

/** The error without the upstream's secrets, should the provider have quoted it. */
export function redactError(error: SluiceError, upstream: UpstreamSettings): SluiceError {
  if (error.providerError === undefined) return error;
  const secrets = secretsOf(upstream);
  return new SluiceError(error.code, error.message, {
    status: error.status,
    retryable: error.retryable,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    providerError: Object.fromEntries(
      Object.entries(error.providerError).map(([field, value]) => [field, redact(value, secrets)]),
    ),
  });
}
