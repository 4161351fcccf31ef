import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

const WINDOW_MS = 1_000;

function budgetOf(fields: { ratio?: number; minimum?: number } = {}): RetryBudget {
  return new RetryBudget({ ratio: 0.1, minimum: 0, windowMs: WINDOW_MS, ...fields });
}

function request(budget: RetryBudget, times: number, now: number): void {
  for (let count = 0; count < times; count += 1) budget.request(now);
}

/** How many retries it grants at one moment. */
function granted(budget: RetryBudget, now: number): number {
  let count = 0;
  while (count < 1_000 && budget.take(now)) count += 1;
  return count;
}

describe('RetryBudget', () => {
  it('grants its part of the requests, and no more', () => {
    const budget = budgetOf();
    request(budget, 50, 0);
    expect(granted(budget, 0)).toBe(5);
  });

  it('grants whole retries alone', () => {
    const budget = budgetOf();
    request(budget, 9, 0);
    expect(granted(budget, 0)).toBe(0);
    budget.request(0);
    expect(granted(budget, 0)).toBe(1);
  });

  it('grants the minimum to a route with little traffic', () => {
    expect(granted(budgetOf({ minimum: 3 }), 0)).toBe(3);
  });

  it('does not add the minimum to the part', () => {
    const budget = budgetOf({ minimum: 3 });
    request(budget, 50, 0);
    expect(granted(budget, 0)).toBe(5);
  });

  it('grants nothing where neither part nor minimum allows it', () => {
    const budget = budgetOf({ ratio: 0 });
    request(budget, 500, 0);
    expect(budget.take(0)).toBe(false);
  });

  it('counts requests of any moment of the window, and none that are older', () => {
    const budget = budgetOf();
    request(budget, 20, 0);
    request(budget, 20, 850);
    expect(granted(budget, 999)).toBe(4);
    expect(granted(budget, 5_000)).toBe(0);
  });

  it('gives retries back as they grow old', () => {
    const budget = budgetOf({ minimum: 2 });
    expect(granted(budget, 0)).toBe(2);
    expect(granted(budget, 899)).toBe(0);
    expect(granted(budget, WINDOW_MS)).toBe(2);
  });

  const step = fc.record({ retry: fc.boolean(), afterMs: fc.integer({ min: 0, max: 150 }) });
  const settings = fc.record({ ratio: fc.double({ min: 0, max: 1, noNaN: true }), minimum: fc.nat(3) });

  it('grants as many as it may in a window, give or take a tenth of it', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 120 }), (fields, steps) => {
        const budget = budgetOf(fields);
        const requests: number[] = [];
        const retries: number[] = [];
        const since = (times: readonly number[], ms: number) =>
          times.filter((time) => time > now - ms).length;
        const most = (ms: number) => Math.max(fields.minimum, Math.floor(since(requests, ms) * fields.ratio));
        let [now, tooMany, tooFew] = [0, 0, 0];
        for (const { retry, afterMs } of steps) {
          now += afterMs;
          if (!retry) {
            budget.request(now);
            requests.push(now);
          } else if (budget.take(now)) {
            retries.push(now);
            if (since(retries, WINDOW_MS * 0.9) > most(WINDOW_MS)) tooMany += 1;
          } else if (since(retries, WINDOW_MS) < most(WINDOW_MS * 0.9)) tooFew += 1;
        }
        expect({ tooMany, tooFew }).toEqual({ tooMany: 0, tooFew: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
