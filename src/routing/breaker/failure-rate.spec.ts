import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FailureRate } from './failure-rate.js';

describe('FailureRate', () => {
  it('begins with nothing', () => {
    expect(new FailureRate(60_000).read(0)).toEqual({ all: 0, failed: 0 });
  });

  it('counts attempts, and those that failed', () => {
    const rate = new FailureRate(60_000);
    rate.add(true, 0);
    rate.add(false, 1);
    rate.add(true, 20_000);
    expect(rate.read(20_000)).toEqual({ all: 3, failed: 2 });
  });

  it('forgets what is older than a minute', () => {
    const rate = new FailureRate(60_000);
    rate.add(true, 5_000);
    rate.add(false, 30_000);
    expect(rate.read(59_999)).toEqual({ all: 2, failed: 1 });
    expect(rate.read(65_000)).toEqual({ all: 1, failed: 0 });
    expect(rate.read(1_000_000)).toEqual({ all: 0, failed: 0 });
  });

  it('forgets what it counted a round of its pieces ago', () => {
    const rate = new FailureRate(60_000);
    rate.add(true, 0);
    rate.add(false, 60_000);
    expect(rate.read(60_000)).toEqual({ all: 1, failed: 0 });
  });

  it('forgets everything when it is told to', () => {
    const rate = new FailureRate(60_000);
    rate.add(true, 0);
    rate.reset();
    expect(rate.read(0)).toEqual({ all: 0, failed: 0 });
  });

  it('counts all of the last fifty-four seconds, and nothing before the last minute', () => {
    const attempt = fc.record({ failed: fc.boolean(), afterMs: fc.nat(15_000) });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 60 }), fc.nat(70_000), (attempts, laterMs) => {
        const rate = new FailureRate(60_000);
        const seen: { readonly failed: boolean; readonly at: number }[] = [];
        let now = 0;
        for (const { failed, afterMs } of attempts) {
          now += afterMs;
          rate.add(failed, now);
          seen.push({ failed, at: now });
        }
        now += laterMs;
        const within = (ms: number) => seen.filter(({ at }) => at > now - ms);
        const read = rate.read(now);
        expect(read.all).toBeGreaterThanOrEqual(within(54_000).length);
        expect(read.all).toBeLessThanOrEqual(within(60_000).length);
        expect(read.failed).toBeGreaterThanOrEqual(within(54_000).filter(({ failed }) => failed).length);
        expect(read.failed).toBeLessThanOrEqual(within(60_000).filter(({ failed }) => failed).length);
      }),
    );
  });
});
