import { describe, expect, it } from 'vitest';
import { readSettings } from '../../config/read-settings.js';
import type { UpstreamSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import { redactError } from './redact-error.js';

const upstreamWith = (keys: string[]) =>
  readSettings({ upstreams: { main: { baseUrl: 'http://main', keys } } }).upstreams.get(
    'main',
  ) as UpstreamSettings;

describe('redactError', () => {
  it('takes our key out of what a provider said, and changes nothing else', () => {
    const error = new SluiceError('upstream-error', 'no', {
      status: 504,
      retryable: false,
      retryAfterMs: 0,
      providerError: { message: 'bad key sk-1', deep: [{ of: 'sk-1' }], code: 7 },
    });
    expect(redactError(error, upstreamWith(['sk-1']))).toMatchObject({
      code: 'upstream-error',
      message: 'no',
      status: 504,
      retryable: false,
      retryAfterMs: 0,
      providerError: { message: 'bad key [redacted]', deep: [{ of: '[redacted]' }], code: 7 },
    });
  });

  it('leaves an error alone that quotes nobody, and one of an upstream without a key', () => {
    const silent = new SluiceError('upstream-error', 'no');
    const quoting = new SluiceError('upstream-error', 'no', { providerError: { message: 'no' } });
    expect(redactError(silent, upstreamWith(['sk-1']))).toBe(silent);
    expect(redactError(quoting, upstreamWith([]))).toEqual(quoting);
  });

  it('takes the values of configured headers out, but for short words', () => {
    const upstream = { ...upstreamWith([]), headers: { 'api-key': 'azure-secret', 'x-mode': 'fast' } };
    const error = new SluiceError('upstream-error', 'no', {
      providerError: { message: 'azure-secret is fast' },
    });
    expect(redactError(error, upstream).providerError).toEqual({ message: '[redacted] is fast' });
  });
});
