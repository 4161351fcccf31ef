import { describe, expect, it } from 'vitest';
import { meaningOf } from './error-codes.js';

describe('the outcome of a failure', () => {
  it.each([
    'timeout-headers',
    'timeout-first-token',
    'timeout-idle',
    'timeout-total',
    'client-gone',
    'cancelled',
    'upstream-cut',
  ] as const)('keeps the name of %s', (code) => {
    expect(meaningOf(code).outcome).toBe(code);
  });

  it('calls the end of the service a shutdown', () => {
    expect(meaningOf('shutting-down').outcome).toBe('shutdown');
  });

  it.each(['upstream-unreachable', 'upstream-rejected', 'upstream-rate-limited', 'upstream-error'] as const)(
    'counts %s as an upstream error',
    (code) => {
      expect(meaningOf(code).outcome).toBe('upstream-error');
    },
  );
});
