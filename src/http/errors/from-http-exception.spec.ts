import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../core/sluice-error.js';
import { fromHttpException } from './from-http-exception.js';

/** What Fastify and body parsers throw. */
const adapterError = (statusCode: unknown, message: string) =>
  Object.assign(new Error(message), { statusCode });

describe('fromHttpException', () => {
  it('finds a SluiceError that the adapter has wrapped', () => {
    const error = new SluiceError('rate-limited', 'Ask again', { retryAfterMs: 1000 });
    expect(fromHttpException(new HttpException('Ask again', 429, { cause: error }))).toBe(error);
  });

  it('leaves a SluiceError as it is', () => {
    const error = new SluiceError('upstream-cut', 'cut');
    expect(fromHttpException(error)).toBe(error);
  });

  it.each([
    [400, 'invalid-request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [408, 'request-timeout'],
    [413, 'request-too-large'],
    [415, 'unsupported-media-type'],
    [422, 'unprocessable'],
    [429, 'rate-limited'],
    [502, 'upstream-error'],
    [503, 'overloaded'],
    [504, 'timeout-total'],
    [402, 'invalid-request'],
    [418, 'invalid-request'],
  ])('keeps the status %i of a host’s exception, as %s', (status, code) => {
    expect(fromHttpException(new HttpException('why', status))).toMatchObject({ status, code });
    expect(fromHttpException(adapterError(status, 'why'))).toMatchObject({ status, code });
  });

  it('keeps the words of a host', () => {
    expect(fromHttpException(new ForbiddenException('Buy more credits')).message).toBe('Buy more credits');
    expect(fromHttpException(new ServiceUnavailableException('Back at nine')).message).toBe('Back at nine');
  });

  it.each([
    [new NotFoundException('Cannot GET /stream2?content=secret'), 'There is nothing here'],
    [new BadRequestException('Unexpected token s in JSON at position 0: secret'), 'its body is no JSON'],
    [adapterError(400, `"secret" is not valid JSON`), 'its body is no JSON'],
    [adapterError(413, 'secret is too large'), 'The request body is too large'],
  ])('does not repeat what parsers and routers quote of a request', (thrown, message) => {
    expect(fromHttpException(thrown).message).toContain(message);
    expect(fromHttpException(thrown).message).not.toContain('secret');
  });

  it.each([
    new InternalServerErrorException('secret'),
    new Error('secret'),
    adapterError(500, 'secret'),
    adapterError('404', 'secret'),
    adapterError(200, 'secret'),
    { statusCode: 404, message: 'secret' },
    'secret',
    undefined,
  ])('hides what it does not know', (thrown) => {
    const error = fromHttpException(thrown);
    expect(error).toMatchObject({ code: 'internal', status: 500 });
    expect(error.cause).toBe(thrown);
    expect(error.message).not.toContain('secret');
  });
});
