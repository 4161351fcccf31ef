import type { ServerResponse } from 'node:http';
import { SluiceError } from '../../core/sluice-error.js';
import { errorResponse } from '../../http/errors/error-response.js';
import { errorBodyOfPath } from '../../http/errors/error-body-of-path.js';
import { HttpExchange, type AdapterRequest } from '../../http/request/http-exchange.js';

/**
 * Answers a URL that Fastify's router refuses before any hook and any filter runs; for its `frameworkErrors`.
 * The path is not repeated: it may hold what a caller said.
 */
export function answerUnroutable(
  { statusCode }: { readonly statusCode?: number },
  request: AdapterRequest,
  { raw }: { readonly raw: ServerResponse },
): void {
  const error =
    statusCode === 414
      ? new SluiceError('invalid-request', 'A segment of the URL path is too long', { status: 414 })
      : new SluiceError('invalid-request', 'The URL path is not percent-encoded UTF-8');
  const { headers, body } = errorResponse(error, errorBodyOfPath(request.url));
  new HttpExchange(request, raw).send(error.status, headers, body);
}
