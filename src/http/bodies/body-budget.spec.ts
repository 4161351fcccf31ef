import { beforeEach, describe, expect, it } from 'vitest';
import { BodyBudget } from './body-budget.js';

describe('BodyBudget', () => {
  let budget: BodyBudget;
  beforeEach(() => {
    budget = new BodyBudget({ maxBytes: 150, maxBytesPerCaller: 100 });
  });

  it('takes what fits its caller, to the last byte', () => {
    expect(budget.refusalOf('one', 100)).toBeUndefined();
    expect(budget.refusalOf('one', 101)).toMatchObject({ code: 'rate-limited', retryAfterMs: 1_000 });
  });

  it('counts each caller by itself, and all of them together', () => {
    budget.add('one', 100);
    expect(budget.refusalOf('one', 1)?.code).toBe('rate-limited');
    expect(budget.refusalOf('two', 50)).toBeUndefined();
    expect(budget.refusalOf('two', 51)).toMatchObject({ code: 'overloaded', retryAfterMs: 1_000 });
  });

  it('has room again for what is given back', () => {
    budget.add('one', 100);
    budget.add('one', -100);
    expect(budget.bytes).toBe(0);
    expect(budget.refusalOf('one', 100)).toBeUndefined();
  });
});
