import { describe, expect, it } from 'vitest';
import { isWhole, outcomeOfError, outcomeOfFinish } from './outcome.js';

describe('outcomeOfFinish', () => {
  it.each([
    ['stop', 'finished'],
    ['tool_calls', 'finished'],
    ['a-vendor-word', 'finished'],
    [undefined, 'finished'],
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content-filter'],
    ['SAFETY', 'content-filter'],
  ] as const)('takes the finish reason %s for %s', (reason, outcome) => {
    expect(outcomeOfFinish(reason)).toBe(outcome);
  });
});

describe('isWhole', () => {
  it.each(['finished', 'length', 'content-filter'] as const)('is true of %s', (outcome) => {
    expect(isWhole(outcome)).toBe(true);
  });

  it.each([
    'cancelled',
    'client-gone',
    'upstream-cut',
    'upstream-error',
    'timeout-total',
    'shutdown',
  ] as const)('is false of %s', (outcome) => {
    expect(isWhole(outcome)).toBe(false);
  });
});

describe('outcomeOfError', () => {
  it.each([
    'timeout-headers',
    'timeout-first-token',
    'timeout-idle',
    'timeout-total',
    'client-gone',
    'cancelled',
    'upstream-cut',
  ] as const)('keeps the name of %s', (code) => {
    expect(outcomeOfError(code)).toBe(code);
  });

  it('calls the end of the service a shutdown', () => {
    expect(outcomeOfError('shutting-down')).toBe('shutdown');
  });

  it.each(['upstream-unreachable', 'upstream-rejected', 'upstream-rate-limited', 'upstream-error'] as const)(
    'counts %s as an upstream error',
    (code) => {
      expect(outcomeOfError(code)).toBe('upstream-error');
    },
  );
});
