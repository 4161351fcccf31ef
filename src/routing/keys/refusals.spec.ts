import { describe, expect, it } from 'vitest';
import { Refusals } from './refusals.js';

const SETTINGS = { consecutiveFailures: 3, halfOpenAfterMs: 1_000 };

function refusedTimes(times: number, scope = 'a/m'): Refusals {
  const refusals = new Refusals();
  for (let count = 0; count < times; count += 1) refusals.refused(scope, 0, SETTINGS);
  return refusals;
}

describe('Refusals', () => {
  it('let others come first after several in a row, for what was requested alone', () => {
    expect(refusedTimes(2).passesOver('a/m', 0)).toBe(false);
    expect(refusedTimes(3).passesOver('a/m', 0)).toBe(true);
    expect(refusedTimes(3).passesOver('a/n', 0)).toBe(false);
  });

  it('let one attempt ask again after a while, and the others for as long again', () => {
    const refusals = refusedTimes(3);
    expect(refusals.passesOver('a/m', 999)).toBe(true);
    expect(refusals.passesOver('a/m', 1_000)).toBe(false);
    refusals.asked('a/m', 1_000, SETTINGS);
    expect(refusals.passesOver('a/m', 1_999)).toBe(true);
    expect(refusals.passesOver('a/m', 2_000)).toBe(false);
  });

  it('do not last longer for an attempt that has no other target', () => {
    const refusals = refusedTimes(3);
    refusals.asked('a/m', 900, SETTINGS);
    expect(refusals.passesOver('a/m', 1_000)).toBe(false);
  });

  it('pass nothing over for attempts that were refused too few times', () => {
    const refusals = refusedTimes(2);
    refusals.asked('a/m', 0, SETTINGS);
    expect(refusals.passesOver('a/m', 0)).toBe(false);
  });

  it('are over when an attempt was served', () => {
    const refusals = refusedTimes(3);
    refusals.served('a/m');
    expect(refusals.passesOver('a/m', 0)).toBe(false);
    refusals.refused('a/m', 0, SETTINGS);
    expect(refusals.passesOver('a/m', 0)).toBe(false);
  });

  it('are forgotten where callers name ever more models, the oldest first', () => {
    const refusals = refusedTimes(3);
    for (let count = 0; count < 999; count += 1) refusals.refused(`a/${count}`, 0, SETTINGS);
    expect(refusals.passesOver('a/m', 0)).toBe(true);
    refusals.refused('a/one more', 0, SETTINGS);
    expect(refusals.passesOver('a/m', 0)).toBe(false);
  });
});
