import { describe, expect, it } from 'vitest';
import { FinishedChoices } from './finished-choices.js';

function after(wanted: number, ...blocks: readonly number[][]): boolean {
  const finished = new FinishedChoices(wanted);
  for (const block of blocks) finished.add(block);
  return finished.areAll;
}

describe('FinishedChoices', () => {
  it.each<[string, boolean, number, number[][]]>([
    ['none has finished', false, 1, []],
    ['a block finishes none', false, 1, [[]]],
    ['the only one has finished', true, 1, [[0]]],
    ['one of two has finished', false, 2, [[0]]],
    ['one of two has finished twice', false, 2, [[0], [0]]],
    ['one of two has finished twice in a block', false, 2, [[0, 0]]],
    ['both have, in two blocks', true, 2, [[1], [], [0]]],
    ['both have, in one block', true, 2, [[0, 1]]],
    ['they are more than a word has bits', true, 40, [Array.from({ length: 40 }, (_, at) => at)]],
  ])('knows whether all have finished when %s', (_, all, wanted, blocks) => {
    expect(after(wanted, ...blocks)).toBe(all);
  });
});
