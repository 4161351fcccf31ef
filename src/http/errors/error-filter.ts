import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { EncodeErrorBody } from '../../core/dialect/caller-dialect.js';
import { errorResponse } from './error-response.js';
import { HttpExchange } from '../request/http-exchange.js';
import { streamInfoHeaders } from '../sse/stream-head.js';
import { fromHttpException } from './from-http-exception.js';
import { NothingToResume } from '../request/nothing-to-resume.js';

/** Answers every failure before the first byte with its status and a body in the caller's dialect. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('Sluice');

  constructor(private readonly dialectOf: (exchange: HttpExchange) => EncodeErrorBody) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const exchange = HttpExchange.of(host);
    if (exchange.response.headersSent) {
      exchange.response.destroy();
      return;
    }
    if (thrown instanceof NothingToResume) {
      exchange.send(204, {}, '');
      return;
    }
    const error = fromHttpException(thrown);
    if (error.code === 'internal') this.#logger.error(describe(error.cause ?? error));
    const { headers, body } = errorResponse(error, this.dialectOf(exchange));
    const { stream } = error;
    exchange.send(error.status, { ...headers, ...(stream && streamInfoHeaders(stream)) }, body);
  }
}

/** Where a defect stands in the code. Its message stays out: it may quote what a caller sent. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'a value that is no Error was thrown';
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [cause.name, ...frames].join('\n');
}
