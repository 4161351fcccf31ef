import { describe, expect, it } from 'vitest';
import { pairsOf, ratioOf } from './pairs.mjs';

/**
 * @param {number} value
 * @param {Partial<import('./pairs.mjs').Run>} [rest]
 * @returns {import('./pairs.mjs').Run}
 */
function run(value, rest) {
  return { value, otherCpu: 0, window: 'whole', ...rest };
}

/** @param {number} ratio */
function calm(ratio) {
  return { ratio, calm: true };
}

/** @param {number} ratio */
function disturbed(ratio) {
  return { ratio, calm: false };
}

describe('pairsOf', () => {
  it('divides each run by the one beside it', () => {
    expect(pairsOf([run(3), run(8)], [run(2), run(4)])).toEqual([
      { ratio: 1.5, calm: true },
      { ratio: 2, calm: true },
    ]);
  });

  it('is not calm where either run was disturbed', () => {
    const other = run(2, { otherCpu: 0.06 });
    expect(pairsOf([other, run(2)], [run(2), other])).toEqual([disturbed(1), disturbed(1)]);
  });

  it('is not calm where one run is over another window', () => {
    expect(pairsOf([run(2, { window: 'steady' })], [run(2)])).toEqual([{ ratio: 1, calm: false }]);
  });

  it('leaves out a run that has none beside it', () => {
    expect(pairsOf([run(3), run(3)], [run(2)])).toHaveLength(1);
  });
});

describe('ratioOf', () => {
  it('is the median of the calm pairs', () => {
    expect(ratioOf([calm(1), calm(3), calm(1.2), disturbed(9), disturbed(9)])).toEqual(calm(1.2));
  });

  it('is the median of all where fewer than two are calm, and says so', () => {
    expect(ratioOf([calm(1), disturbed(3), disturbed(2)])).toEqual(disturbed(2));
  });

  it('is nothing where nothing was measured', () => {
    expect(ratioOf([])).toBeUndefined();
    expect(ratioOf([calm(NaN), calm(Infinity)])).toBeUndefined();
  });
});
