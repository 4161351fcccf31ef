import { describe, expect, it } from 'vitest';
import { callsOf } from '../../../../test/support/calls-of.js';

const delta = (...tool_calls: unknown[]) => ({ tool_calls });
const call = (name?: unknown, json?: unknown, fields: object = {}) => ({
  ...fields,
  type: 'function',
  function: { name, arguments: json },
});
const BERN = '{"city":"Bern"}';
const BASEL = '{"city":"Basel"}';

/** Two calls in each way in which servers send them. */
const two: readonly {
  readonly name: string;
  readonly deltas: readonly object[];
  readonly ids: readonly unknown[];
}[] = [
  {
    name: 'as OpenAI does',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '', { index: 0, id: 'a' })),
      delta(call(undefined, BERN, { index: 0 })),
      delta(call('f', '', { index: 1, id: 'b' })),
      delta(call(undefined, BASEL, { index: 1 })),
    ],
  },
  {
    name: 'in turns',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { index: 0, id: 'a' }), call('f', '{"city":"Ba', { index: 1, id: 'b' })),
      delta(call(undefined, '"Bern"}', { index: 0 }), call(undefined, 'sel"}', { index: 1 })),
    ],
  },
  {
    name: 'without an index, in one delta',
    ids: ['a', 'b'],
    deltas: [delta(call('f', BERN, { id: 'a' }), call('f', BASEL, { id: 'b' }))],
  },
  {
    name: 'without an index, in pieces',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { id: 'a' })),
      delta(call(undefined, '"Bern"}')),
      delta(call('f', undefined, { id: 'b' })),
      delta(call(undefined, BASEL)),
    ],
  },
  {
    name: 'without an index, in turns',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { id: 'a' }), call('f', '{"city":', { id: 'b' })),
      delta(call(undefined, '"Bern"}'), call(undefined, '"Basel"}')),
    ],
  },
  {
    name: 'without an index, in turns, by their ids',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { id: 'a' })),
      delta(call('f', '{"city":', { id: 'b' })),
      delta(call(undefined, '"Bern"}', { id: 'a' })),
      delta(call(undefined, '"Basel"}', { id: 'b' })),
    ],
  },
  {
    name: 'all with index 0, in one delta',
    ids: ['a', 'b'],
    deltas: [delta(call('f', BERN, { index: 0, id: 'a' }), call('f', BASEL, { index: 0, id: 'b' }))],
  },
  {
    name: 'all with index 0, in pieces',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '', { index: 0, id: 'a' })),
      delta(call(undefined, BERN, { index: 0 })),
      delta(call('f', '', { index: 0, id: 'b' })),
      delta(call(undefined, BASEL, { index: 0 })),
    ],
  },
  {
    name: 'all with index 0 and in turns, by their ids',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { index: 0, id: 'a' }), call('f', '{"city":', { index: 0, id: 'b' })),
      delta(call(undefined, '"Bern"}', { index: 0, id: 'a' })),
      delta(call(undefined, '"Basel"}', { index: 0, id: 'b' })),
    ],
  },
  {
    name: 'all with index 0 and empty ids',
    ids: [undefined, undefined],
    deltas: [delta(call('f', BERN, { index: 0, id: '' })), delta(call('f', BASEL, { index: 0, id: '' }))],
  },
  {
    name: 'all with index 0 and no id, in one delta',
    ids: [undefined, undefined],
    deltas: [delta(call('f', BERN, { index: 0 }), call('f', BASEL, { index: 0 }))],
  },
  {
    name: 'with neither index nor id',
    ids: [undefined, undefined],
    deltas: [delta(call('f', BERN)), delta(call('f', BASEL))],
  },
  {
    name: 'with indexes that are texts',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { index: '0', id: 'a' }), call('f', '{"city":', { index: '1', id: 'b' })),
      delta(call(undefined, '"Bern"}', { index: '0' }), call(undefined, '"Basel"}', { index: '1' })),
    ],
  },
  {
    name: 'with all fields on each piece',
    ids: ['a', 'b'],
    deltas: [
      delta(call('f', '{"city":', { index: 0, id: 'a' })),
      delta(call('f', '"Bern"}', { index: 0, id: 'a' })),
      delta(call('f', '', { index: 0, id: 'a' })),
      delta(call('f', BASEL, { index: 1, id: 'b' })),
      delta(call('f', '', { index: 1, id: 'b' })),
    ],
  },
  {
    name: 'with one id for all of them',
    ids: ['a', 'a'],
    deltas: [delta(call('f', BERN, { index: 0, id: 'a' })), delta(call('f', BASEL, { index: 0, id: 'a' }))],
  },
  {
    name: 'with an id of its own on each piece',
    ids: ['a', 'd'],
    deltas: [
      delta(call('f', undefined, { index: 0, id: 'a' })),
      delta(call(undefined, '{"city":', { index: 0, id: 'b' })),
      delta(call(undefined, '"Bern"}', { index: 0, id: 'c' })),
      delta(call('f', undefined, { index: 0, id: 'd' })),
      delta(call(undefined, BASEL, { index: 0, id: 'e' })),
    ],
  },
  {
    name: 'with arguments that are objects',
    ids: ['a', 'b'],
    deltas: [delta(call('f', { city: 'Bern' }, { id: 'a' }), call('f', { city: 'Basel' }, { id: 'b' }))],
  },
  {
    name: 'with names in pieces',
    ids: [undefined, undefined],
    deltas: [
      delta(call('get_', undefined, { index: 0 })),
      delta(call('city', BERN, { index: 0 })),
      delta(call('get_', undefined, { index: 1 })),
      delta(call('city', BASEL, { index: 1 })),
    ],
  },
];

describe('ToolCalls of two calls', () => {
  it.each(two)('tells two calls apart that come $name', ({ deltas, ids }) => {
    const found = callsOf(deltas);
    expect(found.map(([id]) => id)).toEqual(ids);
    expect(found.map(([, , json]) => json)).toEqual([BERN, BASEL]);
    expect(new Set(found.map(([, name]) => name)).size).toBe(1);
    expect(['f', 'get_city']).toContain(found[0]?.[1]);
  });
});
