import { describe, expect, it } from 'vitest';
import { SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from '../../core/sluice-error.js';
import type { FailureCause } from '../../core/error-codes.js';
import { classifyFailure, isFailoverable } from './classify-failure.js';

const errorOf = (code: SluiceErrorCode, details: SluiceErrorDetails = {}) =>
  new SluiceError(code, 'no', details);

describe('classifyFailure', () => {
  it.each<[SluiceErrorCode, FailureCause]>([
    ['upstream-unreachable', 'target'],
    ['upstream-overloaded', 'target'],
    ['upstream-error', 'target'],
    ['upstream-cut', 'target'],
    ['timeout-headers', 'target'],
    ['timeout-first-token', 'target'],
    ['timeout-idle', 'target'],
    ['upstream-rate-limited', 'key-limited'],
    ['upstream-rejected', 'request'],
    ['request-too-large', 'none'],
    ['timeout-total', 'none'],
    ['internal', 'request'],
    ['client-gone', 'none'],
    ['cancelled', 'none'],
    ['shutting-down', 'none'],
  ])('blames for %s the %s', (code, failure) => {
    expect(classifyFailure(errorOf(code))).toBe(failure);
  });

  it('blames a 401 on the key, and a 403 on the request', () => {
    expect(classifyFailure(errorOf('upstream-unauthorized', { status: 401 }))).toBe('key-rejected');
    expect(classifyFailure(errorOf('upstream-unauthorized', { status: 403 }))).toBe('request');
  });
});

describe('isFailoverable', () => {
  it.each<[SluiceErrorCode, boolean]>([
    ['upstream-unreachable', true],
    ['upstream-overloaded', true],
    ['upstream-error', true],
    ['upstream-cut', true],
    ['upstream-rate-limited', true],
    ['upstream-unauthorized', true],
    ['timeout-headers', true],
    ['timeout-first-token', true],
    ['timeout-idle', true],
    ['request-too-large', true],
    ['timeout-total', false],
    ['upstream-rejected', false],
    ['client-gone', false],
    ['cancelled', false],
    ['shutting-down', false],
    ['overloaded', false],
    ['internal', false],
  ])('of %s is %s', (code, may) => {
    expect(isFailoverable(errorOf(code))).toBe(may);
  });

  it('goes by what the error says of itself', () => {
    expect(isFailoverable(errorOf('upstream-error', { retryable: false }))).toBe(false);
    expect(isFailoverable(errorOf('upstream-rejected', { status: 408, retryable: true }))).toBe(true);
  });

  it('tries another target after a refused key, retryable or not', () => {
    expect(isFailoverable(errorOf('upstream-unauthorized', { status: 403, retryable: false }))).toBe(true);
  });
});
