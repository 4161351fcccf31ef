import { describe, expect, it } from 'vitest';
import { callTree } from '../report/call-tree.mjs';
import { profileOf } from '../report/profile.fixture.mjs';
import { flamesOf } from './flames.mjs';

const tree = callTree(
  profileOf({
    name: '(root)',
    calls: [
      {
        name: 'long',
        micros: 20,
        calls: [
          { name: 'inner', micros: 40 },
          { name: 'tiny', micros: 1 },
        ],
      },
      { name: 'short', micros: 39 },
    ],
  }),
);

describe('flamesOf', () => {
  it('puts each call under its caller and beside its neighbours', () => {
    const blocks = flamesOf(tree, { least: 0, levels: 9 });
    expect(blocks.map(({ name, from, width, depth }) => [name, from, width, depth])).toEqual([
      ['long', 0, 0.61, 0],
      ['inner', 0, 0.4, 1],
      ['tiny', 0.4, 0.01, 1],
      ['short', 0.61, 0.39, 0],
    ]);
  });

  it('leaves out what is too narrow or too deep, and moves nothing for it', () => {
    const narrow = flamesOf(tree, { least: 0.02, levels: 9 });
    expect(narrow.map(({ name }) => name)).toEqual(['long', 'inner', 'short']);
    expect(narrow.at(-1)?.from).toBe(0.61);
    expect(flamesOf(tree, { least: 0, levels: 1 }).map(({ name }) => name)).toEqual(['long', 'short']);
  });
});
