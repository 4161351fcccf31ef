import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../core/settings.js';
import { someTarget } from '../../../test/support/target.js';
import { orderTargets } from './order-targets.js';
import type { Target } from '../target.js';

const base = someTarget();

/** Targets `0`, `1` and so on, one a weight. */
function targetsOf(weights: readonly number[]): Target[] {
  return weights.map((weight, index) => ({ ...base, id: String(index), weight }));
}

/** The same numbers each time, from 0 up to 1. */
function seeded(): () => number {
  let seed = 20_260_301;
  return () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed - 1) / 2_147_483_646;
  };
}

/** The ids in order, of one drawing after the other. */
function drawings(
  times: number,
  targets: readonly Target[],
  strategy: Strategy,
  costs: readonly number[] = [],
) {
  const context = { random: seeded(), costOf: ({ id }: Target) => costs[Number(id)] ?? 0 };
  return Array.from({ length: times }, () => orderTargets(targets, strategy, context).map(({ id }) => id));
}

/** How often each is at a place of the order, as a part of all. */
function shares(orders: readonly string[][], place: number): Record<string, number> {
  const part: Record<string, number> = {};
  for (const order of orders) {
    const id = order[place] ?? 'none';
    part[id] = (part[id] ?? 0) + 1 / orders.length;
  }
  return part;
}

describe('orderTargets', () => {
  it('keeps the order of the configuration', () => {
    expect(drawings(1, targetsOf([1, 100, 1]), 'order', [30, 20, 10])).toEqual([['0', '1', '2']]);
  });

  it('puts first by weight', () => {
    const first = shares(drawings(20_000, targetsOf([1, 2, 7]), 'weight'), 0);
    expect(first['0']).toBeCloseTo(0.1, 1.5);
    expect(first['1']).toBeCloseTo(0.2, 1.5);
    expect(first['2']).toBeCloseTo(0.7, 1.5);
  });

  it('draws the second by weight from those that are left', () => {
    const orders = drawings(20_000, targetsOf([1, 3, 16]), 'weight').filter(([first]) => first === '2');
    const second = shares(orders, 1);
    expect(second['0']).toBeCloseTo(0.25, 1.5);
    expect(second['1']).toBeCloseTo(0.75, 1.5);
  });

  it.each([0, 1 - Number.EPSILON])('draws each by weight where the random number is %f', (number) => {
    const context = { random: () => number, costOf: () => 0 };
    const ids = orderTargets(targetsOf([0.1, 0.2, 0.3]), 'weight', context).map(({ id }) => id);
    expect(ids).toEqual(number === 0 ? ['0', '1', '2'] : ['2', '1', '0']);
  });

  it('puts the cheaper of two first', () => {
    const orders = drawings(50, targetsOf([9, 1]), 'latency', [20, 10]);
    expect(shares(orders, 0)).toEqual({ '1': expect.closeTo(1) as number });
  });

  it('puts the others by their cost', () => {
    const orders = drawings(200, targetsOf([1, 1, 1, 1]), 'latency', [40, 10, 30, 20]);
    for (const [first, ...others] of orders) {
      expect(others).toEqual(['1', '3', '2', '0'].filter((id) => id !== first));
    }
  });

  it('takes the cheapest of three twice of three times, so that not all run to it, and the dearest never', () => {
    const first = shares(drawings(20_000, targetsOf([1, 1, 1]), 'latency', [30, 10, 20]), 0);
    expect(first['0']).toBeUndefined();
    expect(first['1']).toBeCloseTo(2 / 3, 1.5);
    expect(first['2']).toBeCloseTo(1 / 3, 1.5);
  });

  it('spreads over targets of which nothing is known', () => {
    const first = shares(drawings(20_000, targetsOf([1, 1, 1]), 'latency'), 0);
    for (const id of ['0', '1', '2']) expect(first[id]).toBeCloseTo(1 / 3, 1.5);
  });

  const strategy = fc.constantFrom<Strategy>('order', 'weight', 'latency');
  const target = fc.record({ weight: fc.double({ min: 1e-3, max: 1e6, noNaN: true }), cost: fc.nat(5) });
  const random = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });

  it('holds each target once, whatever is drawn', () => {
    fc.assert(
      fc.property(strategy, fc.array(target, { maxLength: 8 }), random, (how, given, numbers) => {
        const targets = targetsOf(given.map(({ weight }) => weight));
        const before = [...targets];
        let at = 0;
        const ordered = orderTargets(targets, how, {
          random: () => numbers[at++ % numbers.length] ?? 0,
          costOf: ({ id }) => given[Number(id)]?.cost ?? 0,
        });
        expect(ordered.map(({ id }) => Number(id)).toSorted((one, other) => one - other)).toEqual([
          ...given.keys(),
        ]);
        expect(targets).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});
