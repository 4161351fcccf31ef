import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { redact } from './redact.js';

const MIN_SECRET_LENGTH = 8;

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

/** The keys, and the headers that are long enough to be one. */
export function secretsOf({ keys, headers }: Pick<UpstreamSettings, 'keys' | 'headers'>): string[] {
  return [...keys, ...Object.values(headers).filter((value) => value.length >= MIN_SECRET_LENGTH)];
}
