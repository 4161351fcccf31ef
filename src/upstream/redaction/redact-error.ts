import type { UpstreamSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import { MAX_MESSAGE_LENGTH } from '../max-message-length.js';
import { redact } from './redact.js';
import { retryAfterMs } from '../rate-limits/retry-after.js';
import { collectSecrets } from './collect-secrets.js';

type Fields = Readonly<Record<string, unknown>>;

/** Of the provider's own error object, in characters. */
const MAX_PROVIDER_MESSAGE_LENGTH = 32_768;

/**
 * An error that stood inside an answer, without the upstream's secrets, should the provider have quoted them. Of a rate
 * limit the wait is that of the answer's headers where the error names none.
 */
export function redactError(
  error: SluiceError,
  upstream: UpstreamSettings,
  headers: Fields = {},
): SluiceError {
  const isLimit = error.code === 'upstream-rate-limited';
  const waitMs = error.retryAfterMs ?? (isLimit ? retryAfterMs(headers, Date.now()) : undefined);
  const secrets = collectSecrets(upstream);
  const message = String(redact(error.message, secrets));
  const isBare = error.providerError === undefined && waitMs === error.retryAfterMs;
  if (isBare && message === error.message) return error;
  const { providerError } = error;
  return new SluiceError(error.code, message.slice(0, MAX_MESSAGE_LENGTH), {
    status: error.status,
    retryable: error.retryable,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    ...(providerError && { providerError: withShortMessage(redactFields(providerError, secrets)) }),
  });
}

function redactFields(fields: Fields, secrets: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redact(value, secrets)]));
}

/** Only now: what is cut off before it is redacted may end within a secret. */
function withShortMessage(error: Fields): Fields {
  const { message } = error;
  if (typeof message !== 'string' || message.length <= MAX_PROVIDER_MESSAGE_LENGTH) return error;
  return { ...error, message: message.slice(0, MAX_PROVIDER_MESSAGE_LENGTH) };
}
