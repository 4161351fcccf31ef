import { AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../config/read-settings.js';
import type { UpstreamSettings } from '../core/settings.js';
import type { AnswerRefusal } from '../core/answer-refusal.js';
import { ProxyError } from './connection/proxy-error.js';
import { connectionError, truncatedError, errorFromResponse } from './upstream-error.js';

const upstream = readSettings({
  upstreams: { main: { baseUrl: 'http://main', keys: ['sk-secret'], headersTimeoutMs: 250 } },
}).upstreams.get('main') as UpstreamSettings;

const said = { type: 'their_type', message: 'their words' };

function refused(status: number, refusal: Partial<AnswerRefusal> = {}) {
  return errorFromResponse(upstream, status, {
    status,
    retryAfterMs: undefined,
    providerError: said,
    message: said.message,
    ...refusal,
  });
}

describe('connectionError', () => {
  it.each(['ECONNABORTED', 'ETIMEDOUT'])('calls %s a timeout until the headers', (code) => {
    expect(connectionError(new AxiosError('timeout', code), upstream)).toMatchObject({
      code: 'timeout-headers',
      status: 504,
      message: "The upstream 'main' sent no response headers within 250 ms",
    });
  });

  it('names the reason why an upstream cannot be reached', () => {
    expect(connectionError(new AxiosError('connect', 'ECONNREFUSED'), upstream)).toMatchObject({
      code: 'upstream-unreachable',
      status: 502,
      retryable: true,
      message: "The upstream 'main' could not be reached (ECONNREFUSED)",
    });
  });

  it('tells a connection that the system gave up from an upstream that is silent', () => {
    const gaveUp = Object.assign(new Error('connect'), { code: 'ETIMEDOUT', syscall: 'connect' });
    for (const cause of [gaveUp, new AggregateError([gaveUp, gaveUp])]) {
      const error = new AxiosError('connect', 'ETIMEDOUT');
      error.cause = cause;
      expect(connectionError(error, upstream)).toMatchObject({
        code: 'upstream-unreachable',
        notSent: true,
        message: "The upstream 'main' could not be reached (ETIMEDOUT)",
      });
    }
  });

  it('knows that a proxy which leads nowhere has passed on no request, and names it without its user', () => {
    const through = { ...upstream, proxy: 'http://me:sk-secret@proxy:3128' };
    const refusal = Object.assign(new AxiosError('connect'), { cause: new ProxyError('it answered 403') });
    for (const thrown of [refusal, new ProxyError('it answered 403')])
      expect(connectionError(thrown, through)).toMatchObject({
        code: 'upstream-unreachable',
        notSent: true,
        message: "The upstream 'main' could not be reached through its proxy proxy:3128 (it answered 403)",
      });
    const reset = Object.assign(new AxiosError('reset', 'ECONNRESET'), { cause: new Error('reset') });
    expect(connectionError(reset, through)).toMatchObject({ notSent: false });
  });

  it('takes nothing else out of what was thrown, least of all the key', () => {
    for (const thrown of [new AxiosError('Bearer sk-secret'), new Error('sk-secret'), 'sk-secret']) {
      const error = connectionError(thrown, upstream);
      expect(error.message).toBe("The upstream 'main' could not be reached");
      expect(error).not.toHaveProperty('cause');
    }
  });
});

describe('truncatedError', () => {
  it('names the upstream that was cut', () => {
    const error = truncatedError(upstream);
    expect(error).toMatchObject({ code: 'upstream-cut', status: 502 });
    expect(error.message).toContain("'main'");
  });
});

describe('errorFromResponse', () => {
  it.each([400, 402, 404, 413, 422])('keeps the status %i and the words of the provider', (status) => {
    expect(refused(status)).toMatchObject({
      code: 'upstream-rejected',
      status,
      retryable: false,
      providerError: said,
      message: `The upstream 'main' answered ${status}: their words`,
    });
  });

  it.each([408, 409, 425])('calls %i worth another try', (status) => {
    expect(refused(status)).toMatchObject({ code: 'upstream-rejected', status, retryable: true });
  });

  it.each([401, 403])('keeps to itself what a provider says with %i: it is about our key', (status) => {
    const error = refused(status, {
      message: 'key of org-acme',
      providerError: { message: 'key of org-acme' },
    });
    expect(error).toMatchObject({ code: 'upstream-unauthorized', status, providerError: undefined });
    expect(error.message).not.toContain('org-acme');
  });

  it('passes on how long to wait after a 429', () => {
    expect(refused(429, { retryAfterMs: 7_000 })).toMatchObject({
      code: 'upstream-rate-limited',
      status: 429,
      retryable: true,
      retryAfterMs: 7_000,
    });
  });

  it.each([503, 529])('takes %i for an upstream that is overloaded', (status) => {
    expect(refused(status, { retryAfterMs: 0 })).toMatchObject({
      code: 'upstream-overloaded',
      status: 503,
      retryAfterMs: 0,
    });
  });

  it.each([
    [500, 502],
    [502, 502],
    [504, 504],
    [302, 502],
    [0, 502],
  ])('turns %i into %i', (status, reported) => {
    expect(refused(status)).toMatchObject({ code: 'upstream-error', status: reported, retryable: true });
  });

  it('says nothing for a provider that said nothing', () => {
    const error = refused(404, { message: undefined, providerError: undefined });
    expect(error).toMatchObject({
      message: "The upstream 'main' answered 404",
      providerError: undefined,
      retryAfterMs: undefined,
    });
  });
});
