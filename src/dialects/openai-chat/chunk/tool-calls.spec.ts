import { describe, expect, it } from 'vitest';
import { callsOf } from '../../../../test/support/calls-of.js';
import { ToolCalls } from './tool-calls.js';

const delta = (...tool_calls: unknown[]) => ({ tool_calls });
const call = (name?: unknown, json?: unknown, fields: object = {}) => ({
  ...fields,
  type: 'function',
  function: { name, arguments: json },
});
const BERN = '{"city":"Bern"}';

describe('ToolCalls', () => {
  it('takes calls without arguments for what they are', () => {
    expect(callsOf([delta(call('f', null, { id: 'a' }), call('g', '', { id: 'b' }))])).toEqual([
      ['a', 'f', ''],
      ['b', 'g', ''],
    ]);
    expect(callsOf([delta(call('f', null, { index: 0 }), call('g', {}, { index: 0 }))])).toEqual([
      [undefined, 'f', ''],
      [undefined, 'g', '{}'],
    ]);
    expect(callsOf([delta(call('f')), delta(call('g'))])).toEqual([
      [undefined, 'f', ''],
      [undefined, 'g', ''],
    ]);
  });

  it('does not take a brace within the arguments for their beginning', () => {
    const pieces = ['{"a":{"b":1}', ',"c":', '{"d":2}', '}'];
    const deltas = pieces.map((json) => delta(call('f', json, { index: 0, id: 'a' })));
    expect(callsOf(deltas)).toEqual([['a', 'f', pieces.join('')]]);
  });

  it('waits for an id, and for a name, that come later', () => {
    const deltas = [
      delta(call(undefined, undefined, { index: 0, id: 'a' })),
      delta(call('f', undefined, { index: 0 })),
      delta(call(undefined, BERN, { index: 0 })),
    ];
    expect(callsOf(deltas)).toEqual([['a', 'f', BERN]]);
    const late = [
      delta(call('f', undefined, { index: 0 })),
      delta(call(undefined, BERN, { index: 0, id: 'a' })),
    ];
    expect(callsOf(late)).toEqual([['a', 'f', BERN]]);
  });

  it('knows a call by its index whose first piece had none', () => {
    expect(callsOf([delta(call('f', '', { id: 'a' })), delta(call(undefined, BERN, { index: 0 }))])).toEqual([
      ['a', 'f', BERN],
    ]);
  });

  it('keeps the numbers that a server gives', () => {
    const calls = new ToolCalls();
    const numbers = [3, 0, 3].map(
      (index) => calls.read(0, delta(call(`f${index}`, BERN, { index })))[0]?.index,
    );
    // The second call with the same number gets one that is free.
    expect(numbers).toEqual([3, 0, 4]);
  });

  it.each([-1, 0.5, 1e300, Number.NaN, 65_536, 'x', '-1', null, {}])(
    'takes the index %j for none',
    (index) => {
      expect(new ToolCalls().read(0, delta(call('f', BERN, { index })))[0]?.index).toBe(0);
    },
  );

  it('reads the older single call', () => {
    const deltas = [
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"city":' } },
      { function_call: { arguments: '"Bern"}' } },
    ];
    expect(callsOf(deltas)).toEqual([[undefined, 'f', BERN]]);
    expect(callsOf([{ function_call: { name: 'f', arguments: { city: 'Bern' } } }])).toEqual([
      [undefined, 'f', BERN],
    ]);
  });

  it('takes a call once that is sent in both forms', () => {
    const both = {
      function_call: { name: 'f', arguments: BERN },
      ...delta(call('f', BERN, { index: 0, id: 'a' })),
    };
    expect(callsOf([both])).toEqual([['a', 'f', BERN]]);
  });

  it('keeps the calls of several answers apart', () => {
    const calls = new ToolCalls();
    const first = calls.read(0, delta(call('f', '', { id: 'a' })));
    const second = calls.read(1, delta(call('f', '', { id: 'b' })));
    expect([first, second].map(([piece]) => [piece?.choice, piece?.index, piece?.id])).toEqual([
      [0, 0, 'a'],
      [1, 0, 'b'],
    ]);
    expect(calls.read(0, delta(call(undefined, BERN)))[0]).toMatchObject({ choice: 0, index: 0 });
  });

  it.each([
    {},
    delta(),
    delta(null, 7, 'call', []),
    delta({}, { function: null }, { index: 0, function: { arguments: null } }),
    { tool_calls: 'none', function_call: 'none' },
  ])('finds no call in %j', (nothing) => {
    expect(new ToolCalls().read(0, nothing)).toEqual([]);
  });

  it('says nothing of a piece that repeats what was said', () => {
    const calls = new ToolCalls();
    calls.read(0, delta(call('f', BERN, { index: 0, id: 'a' })));
    expect(calls.read(0, delta(call('f', '', { index: 0, id: 'a' })))).toEqual([]);
  });

  it('numbers more calls than it remembers', () => {
    const deltas = Array.from({ length: 2_500 }, (_, at) =>
      delta(call('f', BERN, { index: 0, id: `c${at}` })),
    );
    const found = callsOf(deltas);
    expect(found).toHaveLength(2_500);
    expect(found.at(-1)).toEqual(['c2499', 'f', BERN]);
  });
});
