import { AxiosError, isAxiosError } from 'axios';
import { errorOfAnswer, type AnswerRefusal } from '../core/answer-refusal.js';
import { SluiceError } from '../core/sluice-error.js';
import { ProxyError } from './connection/proxy-error.js';
import { MAX_MESSAGE_LENGTH } from './max-message-length.js';
import type { UpstreamSettings } from '../core/settings.js';

/** The error of a request that got no answer. The AxiosError itself ends here: it carries the key. */
export function connectionError(error: unknown, upstream: UpstreamSettings): SluiceError {
  const { name, headersTimeoutMs, proxy } = upstream;
  const { code, cause } = isAxiosError(error) ? error : { cause: error };
  if (code === AxiosError.ERR_BAD_RESPONSE) {
    return new SluiceError('upstream-error', `The upstream '${name}' answered 101, in another protocol`);
  }
  const notSent = neverConnected(cause);
  // Where no connection stood, the code is the system's, which gave up before the headers were due.
  if (!notSent && (code === 'ECONNABORTED' || code === 'ETIMEDOUT')) {
    return new SluiceError(
      'timeout-headers',
      `The upstream '${name}' sent no response headers within ${headersTimeoutMs} ms`,
      { notSent },
    );
  }
  const through = proxy === undefined ? '' : ` through its proxy ${new URL(proxy).host}`;
  const why = cause instanceof ProxyError ? cause.message : code;
  return new SluiceError(
    'upstream-unreachable',
    `The upstream '${name}' could not be reached${through}${why === undefined ? '' : ` (${why})`}`,
    { notSent },
  );
}

/** What Node reports before a request can be sent: of a name, of a connection, of a certificate. */
const CONNECTING = /^(?:getaddrinfo|connect)$/;
const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$)/;

/** True only where Node's error proves that no connection stood: everything else may have come after the request. */
function neverConnected(cause: unknown): boolean {
  // One error for each address of a name.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverConnected);
  if (cause instanceof ProxyError) return true;
  if (!(cause instanceof Error)) return false;
  const { syscall = '', code = '' }: NodeJS.ErrnoException = cause;
  return CONNECTING.test(syscall) || CERTIFICATE.test(code);
}

/** The error of a body that was cut. */
export function truncatedError({ name }: UpstreamSettings): SluiceError {
  return new SluiceError('upstream-cut', `The upstream '${name}' broke off before its answer was complete`);
}

/** The error of a body that ended before the answer in it did. */
export function incompleteError({ name }: UpstreamSettings): SluiceError {
  return new SluiceError('upstream-cut', `The upstream '${name}' closed before its answer was complete`);
}

/** The error of an answer at which the reading itself failed. */
export function unreadableError(cause: unknown): SluiceError {
  if (cause instanceof SluiceError) return cause;
  return new SluiceError('upstream-error', 'The upstream sent something that cannot be read', { cause });
}

/**
 * The error for a refusal, its words redacted: 4xx keep their status, 5xx become 502, 503 or 504. `answered` is the HTTP
 * status that the upstream sent, which its body may contradict.
 */
export function errorFromResponse(
  { name }: UpstreamSettings,
  answered: number,
  refusal: AnswerRefusal,
): SluiceError {
  return errorOfAnswer(`The upstream '${name}' answered ${answered}`, {
    ...refusal,
    message: refusal.message?.slice(0, MAX_MESSAGE_LENGTH),
  });
}
