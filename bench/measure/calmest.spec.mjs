import { describe, expect, it } from 'vitest';
import { calmest } from './calmest.mjs';

/** Runs in which others had so much of the core; undefined: one that failed. */
const runs = (/** @type {(number | undefined)[]} */ ...shares) => {
  let done = 0;
  const run = async () => {
    const otherCpu = shares[done];
    done += 1;
    return otherCpu === undefined ? undefined : figures(otherCpu);
  };
  return { run, done: () => done };
};
const figures = (/** @type {number} */ otherCpu) => ({ otherCpu, marks: ['a mark'] });

describe('calmest', () => {
  it('runs once what nothing disturbs', async () => {
    const { run, done } = runs(0.05, 0);
    expect(await calmest(run, 2)).toEqual(figures(0.05));
    expect(done()).toBe(1);
  });

  it('runs again until nothing disturbs it', async () => {
    const { run, done } = runs(0.3, 0.2, 0.01, 0);
    const marks = ['a mark', 'the calmest of 3 runs: the others were disturbed'];
    expect(await calmest(run, 5)).toEqual({ ...figures(0.01), marks });
    expect(done()).toBe(3);
  });

  it('takes the calmest where all are disturbed', async () => {
    const { run, done } = runs(0.3, 0.1, 0.2, 0);
    expect(await calmest(run, 2)).toMatchObject({ otherCpu: 0.1 });
    expect(done()).toBe(3);
  });

  it('does not run again what fails', async () => {
    const { run, done } = runs(0.3, undefined, 0);
    expect(await calmest(run, 5)).toMatchObject({ otherCpu: 0.3 });
    expect(done()).toBe(2);
    expect(await calmest(runs(undefined, 0).run, 5)).toBeUndefined();
  });
});
