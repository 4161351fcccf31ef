import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SluiceError } from './sluice-error.js';

describe('SluiceError', () => {
  it.each([
    ['missing-content', 400, false],
    ['unauthorized', 401, false],
    ['model-not-found', 404, false],
    ['request-timeout', 408, true],
    ['request-too-large', 413, false],
    ['rate-limited', 429, true],
    ['shutting-down', 503, true],
    ['upstream-unreachable', 502, true],
    ['upstream-cut', 502, true],
    ['timeout-headers', 504, true],
    ['internal', 500, false],
  ] as const)('means %s as %i, worth another try: %s', (code, status, retryable) => {
    expect(new SluiceError(code, 'what failed')).toMatchObject({ code, status, retryable });
  });

  it('lets details say it more exactly than the code', () => {
    const error = new SluiceError('upstream-rejected', 'no', {
      status: 422,
      retryable: true,
      retryAfterMs: 0,
      providerError: { message: 'theirs' },
    });
    expect(error).toMatchObject({
      status: 422,
      retryable: true,
      retryAfterMs: 0,
      providerError: { message: 'theirs' },
    });
  });

  it('has what http-errors has, for filters that know those', () => {
    expect(new SluiceError('upstream-rejected', 'no', { status: 422 })).toMatchObject({
      status: 422,
      statusCode: 422,
      expose: true,
    });
  });

  it('is printed without the provider’s own words', () => {
    const error = new SluiceError('upstream-error', 'no', { providerError: { message: 'a prompt' } });
    expect(inspect(error)).not.toContain('a prompt');
    expect(JSON.stringify(error)).not.toContain('a prompt');
  });

  it('has a cause only if one is given', () => {
    expect(new SluiceError('internal', 'no')).not.toHaveProperty('cause');
    expect(new SluiceError('internal', 'no', { cause: 'why' }).cause).toBe('why');
  });

  it('stays itself when it is read from a thrown value', () => {
    const error = new SluiceError('rate-limited', 'wait');
    expect(SluiceError.from(error)).toBe(error);
  });

  it('hides the text of what is unknown and keeps it as the cause', () => {
    const thrown = new Error('sk-secret in a stack');
    const error = SluiceError.from(thrown);
    expect(error).toMatchObject({ code: 'internal', status: 500, cause: thrown });
    expect(error.message).not.toContain('sk-secret');
  });
});
