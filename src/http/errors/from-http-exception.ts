import { HttpException } from '@nestjs/common';
import { SluiceError, type SluiceErrorCode } from '../../core/sluice-error.js';

const CODES: Readonly<Record<number, SluiceErrorCode>> = {
  400: 'invalid-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'request-too-large',
  415: 'unsupported-media-type',
  422: 'unprocessable',
  429: 'rate-limited',
  502: 'upstream-error',
  503: 'overloaded',
  504: 'timeout-total',
};

/** Any thrown value as a SluiceError; what the host's guards and the HTTP adapter throw keeps its status. */
export function fromHttpException(thrown: unknown): SluiceError {
  // Nest's Fastify adapter wraps what is thrown before a route is reached.
  if (thrown instanceof HttpException && thrown.cause instanceof SluiceError) return thrown.cause;
  const status = thrown instanceof HttpException ? thrown.getStatus() : adapterStatus(thrown);
  const code =
    status === undefined ? undefined : (CODES[status] ?? (status < 500 ? 'invalid-request' : undefined));
  if (status === undefined || code === undefined || !(thrown instanceof Error))
    return SluiceError.from(thrown);
  return new SluiceError(code, messageOf(thrown, status), { status });
}

/** Fastify and body parsers put a `statusCode` on plain errors. */
function adapterStatus(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || thrown instanceof SluiceError) return undefined;
  const status: unknown = Reflect.get(thrown, 'statusCode');
  return typeof status === 'number' && status >= 400 ? status : undefined;
}

/** A host's own words are kept. Those of parsers and routers are not: they quote the body and the query. */
function messageOf({ message }: Error, status: number): string {
  if (status === 413) return 'The request body is too large';
  if (/^Cannot [A-Z]+ /.test(message)) return 'There is nothing here';
  if (status === 400 && /JSON|Unexpected/.test(message))
    return 'The request is not valid: its body is no JSON';
  return message;
}
