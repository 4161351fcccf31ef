import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeakEwma } from './peak-ewma.js';

describe('PeakEwma', () => {
  it('knows nothing before the first observation, and costs nothing then', () => {
    const average = new PeakEwma();
    expect(average.value).toBeUndefined();
    expect(average.cost(7, 0)).toBe(0);
  });

  it('begins with the first observation, whenever that is', () => {
    const average = new PeakEwma();
    average.observe(120, 5);
    expect(average.value).toBe(120);
  });

  it('rises to a slow answer at once', () => {
    const average = new PeakEwma();
    average.observe(100, 0);
    average.observe(900, 1);
    expect(average.value).toBe(900);
  });

  it('keeps a third of the way down after ten seconds', () => {
    const average = new PeakEwma();
    average.observe(1_000, 0);
    average.observe(0, 10_000);
    expect(average.value).toBeCloseTo(1_000 / Math.E, 6);
  });

  it('falls by the time since the last observation, not since the first', () => {
    const average = new PeakEwma();
    average.observe(1_000, 0);
    average.observe(1_000, 10_000);
    average.observe(0, 10_001);
    expect(average.value).toBeGreaterThan(999);
  });

  it('costs its value once for each request in flight and once for the one to come', () => {
    const average = new PeakEwma();
    average.observe(50, 0);
    expect([average.cost(0, 0), average.cost(3, 0)]).toEqual([50, 200]);
  });

  it('costs less the longer nobody has tried', () => {
    const average = new PeakEwma();
    average.observe(1_000, 0);
    expect(average.cost(0, 30_000)).toBeCloseTo(1_000 / Math.E);
    expect(average.cost(0, 300_000)).toBeLessThan(1);
  });

  const observation = fc.record({ ms: fc.integer({ min: 0, max: 60_000 }), afterMs: fc.nat(30_000) });

  it('stays between the least and the greatest observation, and never below the last', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 50 }), (observations) => {
        const average = new PeakEwma();
        let now = 0;
        for (const { ms, afterMs } of observations) {
          now += afterMs;
          average.observe(ms, now);
          expect(average.value).toBeGreaterThanOrEqual(ms - 1e-6);
        }
        const seen = observations.map(({ ms }) => ms);
        expect(average.value).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-6);
        expect(average.value).toBeLessThanOrEqual(Math.max(...seen) + 1e-6);
      }),
    );
  });

  it('falls the further the longer it waited', () => {
    const after = fc.integer({ min: 1, max: 60_000 });
    fc.assert(
      fc.property(after, after, (one, other) => {
        const [sooner, later] = [Math.min(one, other), Math.max(one, other)].map((now) => {
          const average = new PeakEwma();
          average.observe(1_000, 0);
          average.observe(10, now);
          return average.value ?? 0;
        });
        expect(later).toBeLessThanOrEqual(sooner ?? 0);
        expect(sooner).toBeLessThan(1_000);
      }),
    );
  });
});
