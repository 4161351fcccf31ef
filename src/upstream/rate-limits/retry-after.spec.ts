import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['a date that nobody can read', { 'retry-after': 'soon', 'x-ratelimit-reset-requests': '1s' }, 1_000],
    ['nothing in milliseconds', { 'retry-after-ms': '', 'retry-after': '7' }, 7_000],
    ['for ever', { 'retry-after': 'Infinity' }, 24 * 60 * 60 * 1_000],
    ['years', { 'retry-after': '99999999' }, 24 * 60 * 60 * 1_000],
  ])('makes the best of %s', (_, headers, ms) => {
    expect(retryAfterMs(headers, 0)).toBe(ms);
  });

  it.each<[Record<string, unknown>, number]>([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7_000],
    [{ 'retry-after-ms': '-1', 'retry-after': '7' }, 7_000],
    [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'retry-after': '7', 'x-ratelimit-reset-requests': '6m0s' }, 7_000],
    [{ 'retry-after-ms': '250', 'x-ratelimit-reset-requests': '6m0s' }, 250],
  ])('reads %j as %i ms', (headers, ms) => {
    expect(retryAfterMs(headers, NOW)).toBe(ms);
  });

  it.each<[Record<string, unknown>]>([
    [{}],
    [{ 'retry-after': '' }],
    [{ 'retry-after': 'soon' }],
    [{ 'retry-after': ['7'] }],
    [{ 'retry-after-ms': 'soon' }],
  ])('reads nothing in %j', (headers) => {
    expect(retryAfterMs(headers, NOW)).toBeUndefined();
  });
});
