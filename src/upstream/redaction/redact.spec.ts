import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';

describe('redact', () => {
  it('takes every secret out of every string, however deep', () => {
    const body = {
      error: { message: 'Incorrect key sk-1 (not sk-1)', details: ['sk-2', { key: 'Bearer sk-2' }] },
    };
    expect(redact(body, ['sk-1', 'sk-2'])).toEqual({
      error: {
        message: 'Incorrect key [redacted] (not [redacted])',
        details: ['[redacted]', { key: 'Bearer [redacted]' }],
      },
    });
  });

  it('takes a secret for text, not for a pattern', () => {
    expect(redact('abc a.c', ['a.c'])).toBe('abc [redacted]');
  });

  it('leaves other values, and the original, as they are', () => {
    const body = { number: 1, yes: true, none: null, text: 'sk-1' };
    expect(redact(body, ['sk-1'])).toEqual({ number: 1, yes: true, none: null, text: '[redacted]' });
    expect(body.text).toBe('sk-1');
    expect(redact(undefined, ['sk-1'])).toBeUndefined();
  });
});
