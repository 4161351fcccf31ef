import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Quantile } from './quantile.js';

function quantileOf(values: readonly number[]): Quantile {
  const quantile = new Quantile();
  for (const value of values) quantile.observe(value);
  return quantile;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('Quantile', () => {
  it('answers from the twentieth observation on', () => {
    expect(quantileOf(upTo(19)).at(0.5)).toBeUndefined();
    expect(quantileOf(upTo(20)).at(0.5)).toBe(11);
  });

  it('orders by value, not by text', () => {
    expect(quantileOf([...upTo(100)].toReversed()).at(0.95)).toBe(96);
  });

  it('answers with the least and the greatest at the ends', () => {
    const quantile = quantileOf(upTo(40));
    expect([quantile.at(0), quantile.at(1)]).toEqual([1, 40]);
  });

  it('forgets all but the last 128', () => {
    const quantile = quantileOf([...upTo(200).map(() => 9_000), ...upTo(127)]);
    expect(quantile.at(1)).toBe(9_000);
    quantile.observe(128);
    expect([quantile.at(0), quantile.at(1)]).toEqual([1, 128]);
  });

  it('has at most its part of the last observations below its answer', () => {
    const values = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 20, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.999, noNaN: true }), (seen, q) => {
        const retained = seen.slice(-128);
        const answer = quantileOf(seen).at(q) ?? Number.NaN;
        expect(retained).toContain(answer);
        expect(retained.filter((value) => value < answer).length).toBeLessThanOrEqual(q * retained.length);
        expect(retained.filter((value) => value <= answer).length).toBeGreaterThan(q * retained.length);
      }),
    );
  });
});
