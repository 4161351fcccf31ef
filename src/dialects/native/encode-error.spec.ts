import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeErrorBody } from './encode-error.js';

describe('encodeErrorBody', () => {
  it('prints the fields of a failed event and nothing of the provider', () => {
    const providerError = { message: 'org-acme' };
    expect(
      encodeErrorBody(new SluiceError('rate-limited', 'Wait', { providerError, retryAfterMs: 5 })),
    ).toEqual({
      contentType: 'application/json; charset=utf-8',
      body: '{"code":"rate-limited","message":"Wait","retryable":true}',
    });
  });
});
