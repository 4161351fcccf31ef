import { describe, expect, it } from 'vitest';
import { rateLimitResetMs } from './rate-limit-reset.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('rateLimitResetMs', () => {
  it('reads a moment in milliseconds', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(rateLimitResetMs({ 'x-ratelimit-reset-requests': String(now + 30_000) }, now)).toBe(30_000);
  });

  it.each<[string, number]>([
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['2m59.56s', 179_560],
    ['1h2m3s', 3_723_000],
    ['120ms', 120],
    ['1s20ms', 1_020],
    ['1m', 60_000],
    ['0s', 0],
    ['7', 7_000],
    [' 1.5 ', 1_500],
    ['0', 0],
    [String(NOW / 1000 + 30), 30_000],
    [String(NOW / 1000 - 30), 0],
    ['2026-03-01T12:00:30Z', 30_000],
    ['2026-03-01T11:00:00Z', 0],
  ])('reads %j as %i ms', (value, ms) => {
    expect(rateLimitResetMs({ 'x-ratelimit-reset-requests': value }, NOW)).toBeCloseTo(ms, 6);
  });

  it.each<[Record<string, unknown>]>([
    [{}],
    [{ 'x-ratelimit-reset-requests': '' }],
    [{ 'x-ratelimit-reset-requests': 'soon' }],
    [{ 'x-ratelimit-reset-requests': ['1s'] }],
    [{ 'x-ratelimit-remaining-requests': '0' }],
    [{ 'my-x-ratelimit-reset-requests': '1s' }],
  ])('reads nothing in %j', (headers) => {
    expect(rateLimitResetMs(headers, NOW)).toBeUndefined();
  });

  it('takes the shortest wait where no limit is used up', () => {
    const headers = { 'x-ratelimit-reset-requests': '9s', 'x-ratelimit-reset-tokens': '2s' };
    expect(rateLimitResetMs(headers, NOW)).toBe(2_000);
    expect(rateLimitResetMs({ ...headers, 'x-ratelimit-remaining-requests': '1' }, NOW)).toBe(2_000);
  });

  it('takes the wait of the limit that is used up', () => {
    const headers = {
      'x-ratelimit-reset-requests': '9s',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-tokens': '2s',
      'x-ratelimit-remaining-tokens': '10',
    };
    expect(rateLimitResetMs(headers, NOW)).toBe(9_000);
  });

  it('takes the longest wait of several that are used up', () => {
    const headers = {
      'x-ratelimit-reset-requests': '3s',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-tokens': '8s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-days': '9s',
    };
    expect(rateLimitResetMs(headers, NOW)).toBe(8_000);
  });

  it('passes over a header that it cannot read', () => {
    const headers = { 'x-ratelimit-reset-requests': 'soon', 'x-ratelimit-reset-tokens': '2s' };
    expect(rateLimitResetMs(headers, NOW)).toBe(2_000);
  });
});
