import { describe, expect, it } from 'vitest';
import { failureStatus } from './failure-status.js';

describe('failureStatus', () => {
  it.each([
    [500, { error: { message: 'no', type: 'invalid_request_error', code: 'context_length_exceeded' } }, 400],
    [500, { error: { message: 'no', type: 'invalid_request_error', code: null } }, 400],
    [500, { error: { message: 'no', type: 'server_error', code: 'context_length_exceeded' } }, 400],
    [503, { error: { message: 'no', code: '503', type: 'BadRequestError' } }, 400],
    [500, { error: { message: 'no', code: 500, type: 'exceed_context_size_error' } }, 400],
    [502, { error: { message: 'no', code: 400 } }, 400],
    [500, { object: 'error', message: 'no', type: 'BadRequestError', code: 400 }, 400],
    [500, { error: { code: 'string_above_max_length' } }, 400],
    [504, { error: { type: 'request_too_large' } }, 413],
    [529, { error: { status: 'UNPROCESSABLE_ENTITY' } }, 422],
    [500, [{ error: { code: 500, status: 'INVALID_ARGUMENT' } }], 400],
    [500, { error: 'context_length_exceeded' }, 400],
    [429, { error: { type: 'tokens', code: 'context_length_exceeded' } }, 400],
    [403, { error: { code: 'content_filter' } }, 400],
    [404, { error: { type: 'context_length_exceeded_error' } }, 400],
  ])('reads a %i of %j as %i', (status, body, read) => {
    expect(failureStatus(body, status)).toBe(read);
  });

  it.each([
    [500, { error: { message: 'no', type: 'server_error' } }],
    [500, { error: { message: 'invalid_request_error', type: 'api_error' } }],
    [500, { error: { message: 'no', code: 'server_error', type: 'invalid_request_error' } }],
    [503, { error: { message: 'no', code: 'model_overloaded', type: 'invalid_request_error' } }],
    [500, { error: { message: 'no', code: 429, type: 'invalid_request_error' } }],
    [500, { error: { message: 'no', code: 'model_not_found' } }],
    [502, 'Bad gateway'],
    [503, undefined],
    [500, null],
    [500, []],
    [401, { error: { message: 'no key', type: 'invalid_request_error', code: null } }],
    [401, { error: { message: 'wrong key', type: 'invalid_request_error', code: 'invalid_api_key' } }],
    [403, { error: { type: 'invalid_request_error' } }],
    [404, { error: { type: 'invalid_request_error', code: 'unknown_url' } }],
    [429, { error: { type: 'invalid_request_error', code: 'rate_limit_exceeded' } }],
    [400, { error: { code: 'content_filter' } }],
    [413, { error: { code: 'context_length_exceeded' } }],
    [422, { error: { type: 'BadRequestError', code: 400 } }],
    [302, { error: { code: 400 } }],
    [0, { error: { code: 400 } }],
  ])('keeps a %i of %j', (status, body) => {
    expect(failureStatus(body, status)).toBe(status);
  });
});
