import { describe, expect, it } from 'vitest';
import { callTree } from './call-tree.mjs';
import { profileOf } from './profile.fixture.mjs';

describe('callTree', () => {
  it('has who called whom, the longest first, each with what it called', () => {
    const tree = callTree(
      profileOf({
        name: '(root)',
        calls: [
          { name: 'short', micros: 10 },
          { name: 'long', micros: 20, calls: [{ name: 'inner', micros: 30 }] },
        ],
      }),
    );
    expect(tree.micros).toBe(60);
    expect(tree.calls.map(({ name, micros }) => [name, micros])).toEqual([
      ['long', 50],
      ['short', 10],
    ]);
    expect(tree.calls[0]?.calls).toMatchObject([{ name: 'inner', micros: 30, calls: [] }]);
  });

  it('counts calls of one function from one place as one', () => {
    const again = { name: 'again', micros: 5, calls: [{ name: 'inner', micros: 1 }] };
    const { calls } = callTree(profileOf({ name: '(root)', calls: [again, again] }));
    expect(calls).toMatchObject([{ name: 'again', micros: 12, calls: [{ name: 'inner', micros: 2 }] }]);
  });

  it('leaves out what took no time, and what was idle', () => {
    const { micros, calls } = callTree(
      profileOf({
        name: '(root)',
        calls: [
          { name: '(idle)', micros: 100 },
          { name: 'never', micros: 0 },
          { name: 'work', micros: 7 },
        ],
      }),
    );
    expect(micros).toBe(7);
    expect(calls.map(({ name }) => name)).toEqual(['work']);
  });

  it('knows whose code it is', () => {
    const tree = callTree(
      profileOf({
        name: '(root)',
        calls: [
          { name: 'emit', url: 'node:events', micros: 5 },
          { name: 'request', url: 'file:///app/node_modules/axios/lib/axios.js', micros: 4 },
          { name: 'relay', url: 'file:///app/dist/relay/relay.js', micros: 3 },
          { name: '(garbage collector)', micros: 2 },
          { name: 'writev', micros: 1 },
        ],
      }),
    );
    expect(tree.calls.map(({ name, owner }) => [name, owner])).toEqual([
      ['emit node:events:1', 'Node'],
      ['request axios/lib/axios.js:1', 'axios'],
      ['relay sluice/relay/relay.js:1', 'Sluice, relay'],
      ['(garbage collector)', 'garbage'],
      ['writev', 'native code and the kernel'],
    ]);
  });
});
