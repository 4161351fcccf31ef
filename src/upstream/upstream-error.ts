import { isAxiosError } from 'axios';
import { SluiceError } from '../core/sluice-error.js';
import type { UpstreamSettings } from '../core/settings.js';

/** The error of a request that got no answer. The AxiosError itself ends here: it carries the key. */
export function connectionError(error: unknown, { name, headersTimeoutMs }: UpstreamSettings): SluiceError {
  const { code, cause } = isAxiosError(error) ? error : {};
  const unseen = neverConnected(cause);
  // Where no connection stood, the code is the system's, which gave up before the headers were due.
  if (!unseen && (code === 'ECONNABORTED' || code === 'ETIMEDOUT')) {
    return new SluiceError(
      'timeout-headers',
      `The upstream '${name}' sent no response headers within ${headersTimeoutMs} ms`,
      { unseen },
    );
  }
  return new SluiceError(
    'upstream-unreachable',
    `The upstream '${name}' could not be reached${code === undefined ? '' : ` (${code})`}`,
    { unseen },
  );
}

/** What Node reports before a request can be sent: of a name, of a connection, of a certificate. */
const CONNECTING = /^(?:getaddrinfo|connect)$/;
const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$)/;

/** True only where Node's error proves that no connection stood: everything else may have come after the request. */
function neverConnected(cause: unknown): boolean {
  // One error for each address of a name.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverConnected);
  if (!(cause instanceof Error)) return false;
  const { syscall = '', code = '' }: NodeJS.ErrnoException = cause;
  return CONNECTING.test(syscall) || CERTIFICATE.test(code);
}

/** The error of a body that broke off. */
export function cutError({ name }: UpstreamSettings): SluiceError {
  return new SluiceError('upstream-cut', `The upstream '${name}' broke off before its answer was complete`);
}

/** The error of a body that ended before the answer in it did. */
export function closedError({ name }: UpstreamSettings): SluiceError {
  return new SluiceError('upstream-cut', `The upstream '${name}' closed before its answer was complete`);
}

/** The error of an answer at which the reading itself failed. */
export function unreadableError(cause: unknown): SluiceError {
  if (cause instanceof SluiceError) return cause;
  return new SluiceError('upstream-error', 'The upstream sent something that cannot be read', { cause });
}

/** What a provider said with a status that is no success. */
export interface Refusal {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The provider's own error object, its secrets taken out. */
  readonly providerError: Record<string, unknown> | undefined;
  readonly message: string | undefined;
}

/** The error for a refusal: 4xx keep their status, 5xx become 502, 503 or 504. */
export function refusalError({ name }: UpstreamSettings, refusal: Refusal): SluiceError {
  const { status, retryAfterMs, providerError } = refusal;
  const said = refusal.message === undefined ? '' : `: ${refusal.message}`;
  const details = {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(providerError !== undefined && { providerError }),
  };
  const answered = `The upstream '${name}' answered ${status}`;
  if (status === 401 || status === 403) {
    // The provider speaks of the operator's key here: nothing of it is the caller's business.
    return new SluiceError('upstream-unauthorized', `${answered}: it refused this service's key`, { status });
  }
  if (status === 429) return new SluiceError('upstream-rate-limited', `${answered}${said}`, details);
  if (status === 408 || status === 409) {
    return new SluiceError('upstream-rejected', `${answered}${said}`, {
      ...details,
      status,
      retryable: true,
    });
  }
  if (status >= 400 && status < 500) {
    return new SluiceError('upstream-rejected', `${answered}${said}`, { ...details, status });
  }
  if (status === 503 || status === 529) return new SluiceError('upstream-overloaded', answered, details);
  return new SluiceError('upstream-error', answered, { ...details, ...(status === 504 && { status }) });
}
