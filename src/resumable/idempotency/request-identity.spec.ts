import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from './request-identity.js';

describe('canonicalHash', () => {
  it('does not depend on the order of fields, at any depth', () => {
    expect(canonicalHash({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } })).toBe(
      canonicalHash({ b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it('depends on the order of lists, on names, on values and on their types', () => {
    const values = [
      [1, 2],
      [2, 1],
      { a: 1 },
      { b: 1 },
      { a: '1' },
      { a: 2 },
      [],
      {},
      null,
      '',
      0,
      '{}',
      { a: [] },
    ];
    expect(new Set(values.map(canonicalHash)).size).toBe(values.length);
  });

  it('is the same for what was sent and what was read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalHash(JSON.parse(JSON.stringify(value)))).toBe(canonicalHash(value));
      }),
    );
  });
});
