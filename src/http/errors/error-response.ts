import type { OutgoingHttpHeaders } from 'node:http';
import type { EncodeErrorBody } from '../../core/dialect/caller-dialect.js';
import type { SluiceError } from '../../core/sluice-error.js';

/** A failure before the first byte, as an HTTP response. */
export interface ErrorResponse {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** The body in a dialect, and the headers that say whether and when to retry. */
export function errorResponse(error: SluiceError, encode: EncodeErrorBody): ErrorResponse {
  const { contentType, body } = encode(error);
  return { headers: { 'content-type': contentType, ...errorHeaders(error) }, body };
}

function errorHeaders({ code, status, retryable, retryAfterMs }: SluiceError): OutgoingHttpHeaders {
  return {
    'cache-control': 'no-store',
    'x-should-retry': String(retryable),
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    ...(code === 'unauthorized' && { 'www-authenticate': 'Bearer' }),
    ...(status === 405 && { allow: 'GET, POST' }),
    // Closing a connection on which a body still comes in would take the answer with it.
    ...(status === 413 && { connection: 'keep-alive' }),
  };
}
