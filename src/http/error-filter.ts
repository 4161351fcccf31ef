import type { OutgoingHttpHeaders } from 'node:http';
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { EncodeErrorBody } from '../core/dialect.js';
import { SluiceError } from '../core/sluice-error.js';
import { Exchange } from './exchange.js';
import { failedStream } from '../relay/failed-streams.js';
import { servedHeaders } from './stream-head.js';
import { fromHttpException } from './from-http-exception.js';
import { StreamOver } from './stream-over.js';

/** Answers every failure before the first byte with its status and a body in the caller's dialect. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('Sluice');

  constructor(private readonly dialectOf: (exchange: Exchange) => EncodeErrorBody) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const exchange = Exchange.of(host);
    if (exchange.response.headersSent) {
      exchange.response.destroy();
      return;
    }
    if (thrown instanceof StreamOver) {
      exchange.send(204, {}, '');
      return;
    }
    const error = fromHttpException(thrown);
    if (error.code === 'internal') this.#logger.error(describe(error.cause ?? error));
    const { contentType, body } = this.dialectOf(exchange)(error);
    const stream = failedStream(error);
    const headers = {
      'content-type': contentType,
      ...errorHeaders(error),
      ...(stream && servedHeaders(stream)),
    };
    exchange.send(error.status, headers, body);
  }
}

/** Tells clients whether and when to ask again. */
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

/** Where a defect stands in the code. Its message stays out: it may quote what a caller sent. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'a value that is no Error was thrown';
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [cause.name, ...frames].join('\n');
}
