import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../core/sluice-error.js';
import { encodeErrorBody, encodeErrorFrame } from './encode-error.js';

describe('encodeErrorBody', () => {
  it('prints the object that OpenAI’s clients know', () => {
    expect(encodeErrorBody(new SluiceError('model-not-found', 'No such model'))).toEqual({
      contentType: 'application/json; charset=utf-8',
      body: '{"error":{"message":"No such model","type":"invalid_request_error","code":"model_not_found","param":null}}',
    });
  });

  it.each([
    ['unauthorized', 'authentication_error'],
    ['upstream-unauthorized', 'authentication_error'],
    ['forbidden', 'permission_error'],
    ['rate-limited', 'rate_limit_error'],
    ['upstream-rate-limited', 'rate_limit_error'],
    ['missing-content', 'invalid_request_error'],
    ['request-too-large', 'invalid_request_error'],
    ['upstream-unreachable', 'server_error'],
    ['internal', 'server_error'],
  ] as const)('calls %s %s', (code, type) => {
    const { body } = encodeErrorBody(new SluiceError(code, 'no'));
    expect(JSON.parse(body)).toMatchObject({ error: { type } });
  });

  it('lets the provider speak for itself to callers of its dialect', () => {
    const providerError = { message: 'their words', type: 'their_type', param: 'messages', vendor: 1 };
    const { body } = encodeErrorBody(
      new SluiceError('upstream-rejected', 'ours', { status: 422, providerError }),
    );
    expect(JSON.parse(body)).toEqual({ error: providerError });
  });
});

describe('encodeErrorFrame', () => {
  it('prints the error as one data event without a name, and no end after it', () => {
    expect(encodeErrorFrame(new SluiceError('upstream-cut', 'It broke off'))).toBe(
      'data: {"error":{"message":"It broke off","type":"server_error","code":"upstream_cut","param":null}}\n\n',
    );
  });

  it('stays one event when the provider’s words have lines', () => {
    const error = new SluiceError('upstream-error', 'no', { providerError: { message: 'a\n\nb' } });
    expect(encodeErrorFrame(error).indexOf('\n')).toBe(encodeErrorFrame(error).length - 2);
  });
});
