import { describe, expect, it } from 'vitest';
import { faultsOf, isDoubtful, verdictOn } from './verdict.mjs';

const expected = { scenario: 'chat', subject: 'sluice', recorded: 2 };

/**
 * Two runs, of which the first counted this.
 * @param {Partial<import('./verdict.mjs').Counted>} counts
 */
function turns(counts) {
  const none = { lost: 0, doubled: 0, reordered: 0, failed: 0 };
  return {
    scenario: 'chat',
    subject: 'sluice',
    runs: [{ counts: { ...none, ...counts } }, { counts: none }],
  };
}

describe('verdictOn', () => {
  it.each([
    [2.5, 'ok'],
    [2.51, 'worse'],
    [0.1, 'ok'],
  ])('says of a ratio of %d, where 2 is recorded: %s', (ratio, verdict) => {
    expect(verdictOn(expected, { ratio, calm: true })).toEqual({
      ...expected,
      limit: 2.5,
      measured: ratio,
      calm: true,
      verdict,
    });
  });

  it('decides nothing by disturbed runs', () => {
    expect(verdictOn(expected, { ratio: 2, calm: false })).toMatchObject({ verdict: 'undecided' });
    expect(verdictOn(expected, { ratio: 9, calm: false })).toMatchObject({ verdict: 'undecided' });
  });

  it('knows when there is no result', () => {
    expect(verdictOn(expected, undefined)).toMatchObject({ measured: undefined, verdict: 'no result' });
  });
});

describe('isDoubtful', () => {
  it.each([
    [{ ratio: 2, calm: true }, false],
    [{ ratio: 3, calm: true }, true],
    [{ ratio: 2, calm: false }, true],
    [undefined, false],
  ])('of %o is %s', (measured, doubtful) => {
    expect(isDoubtful(verdictOn(expected, measured))).toBe(doubtful);
  });
});

describe('faultsOf', () => {
  it('finds none in good runs', () => {
    expect(faultsOf(turns({}))).toEqual([]);
  });

  it.each(/** @type {const} */ (['lost', 'doubled', 'reordered']))('names %s events', (kind) => {
    expect(faultsOf(turns({ [kind]: 3 }))).toEqual([
      expect.stringMatching(new RegExp(`^chat, sluice: .*3.* ${kind}`)),
    ]);
  });

  it('names requests that failed', () => {
    expect(faultsOf(turns({ failed: 2 }))).toEqual(['chat, sluice: 2 requests failed']);
  });

  it('names a subject that gave no result, and why', () => {
    const failure = 'The process ended';
    expect(faultsOf({ ...turns({}), failure })).toEqual(['chat, sluice: no result: The process ended']);
  });
});
