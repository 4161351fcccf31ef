import type { ErrorBody } from '../../../core/dialect/caller-dialect.js';
import type { SluiceError } from '../../../core/sluice-error.js';
import { sseData } from '../../sse-frame.js';

/** An error as the body of a status, in OpenAI's shape: a provider's own error object stays as it is. */
export function encodeErrorBody(error: SluiceError): ErrorBody {
  return {
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ error: isTyped(error.providerError) ? error.providerError : errorObject(error) }),
  };
}

/** An error after the first byte: the one form that every client surfaces. Nothing may follow it. */
export function encodeErrorFrame(error: SluiceError): string {
  return sseData(JSON.stringify({ error: errorObject(error) }));
}

function errorObject(error: SluiceError): Record<string, unknown> {
  return {
    message: error.message,
    type: typeOf(error),
    code: error.code.replaceAll('-', '_'),
    param: null,
    ...error.providerError,
  };
}

/** Servers that say less than OpenAI does get the rest filled in. */
function isTyped(providerError: SluiceError['providerError']): boolean {
  return typeof providerError?.['type'] === 'string';
}

/** OpenAI's `type` words, by status. */
function typeOf({ status, code }: SluiceError): string {
  if (code === 'unauthorized' || code === 'upstream-unauthorized') return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
