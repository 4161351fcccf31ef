import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const most = () => 1;
const least = () => 0;

describe('backoffMs', () => {
  it.each([
    [0, 250],
    [1, 500],
    [2, 1_000],
    [4, 4_000],
    [5, 5_000],
    [60, 5_000],
    [5_000, 5_000],
  ])('waits in round %i for %i ms at the most', (round, ms) => {
    expect(backoffMs(round, undefined, most)).toBe(ms);
  });

  it('waits anything down to nothing, so that callers do not come back together', () => {
    expect(backoffMs(3, undefined, least)).toBe(0);
    expect(backoffMs(3, undefined, () => 0.25)).toBe(500);
  });

  it('does not come back before the provider wants to be asked', () => {
    expect(backoffMs(0, 3_000, least)).toBe(3_000);
    expect(backoffMs(0, 100, most)).toBe(250);
  });

  it('does not wait where the provider wants more than five seconds', () => {
    expect(backoffMs(0, 5_000, least)).toBe(5_000);
    expect(backoffMs(0, 5_001, least)).toBeUndefined();
  });

  it('waits between what the provider wants and five seconds, whatever the round', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.integer({ min: 0, max: 5_000 }),
        random,
        (round, retryAfterMs, number) => {
          const ms = backoffMs(round, retryAfterMs, () => number);
          expect(ms).toBeGreaterThanOrEqual(retryAfterMs);
          expect(ms).toBeLessThanOrEqual(5_000);
        },
      ),
    );
  });
});
