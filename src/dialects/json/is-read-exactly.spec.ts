import { describe, expect, it } from 'vitest';
import { isReadExactly } from './is-read-exactly.js';

describe('isReadExactly', () => {
  it.each([
    '{}',
    '{"a" : 1, "b":[-0.5,{"a":2}], "c":"1.0 \\"x\\": 9007199254740993"}',
    String.raw`{"a\"":"\\","b":null,"c":true}`,
    '{"a":{"a":{"a":1}}}',
  ])('is true for %s', (json) => expect(isReadExactly(json)).toBe(true));

  it.each([
    '{"a":9007199254740993}',
    '{"a":[1.0]}',
    '{"a":1e400}',
    '{"a":-0}',
    '{"a":{"b":1,"b":1}}',
    '{"a":1e2}',
  ])('is false for %s', (json) => expect(isReadExactly(json)).toBe(false));

  it('remembers nothing of the text before', () => {
    expect(isReadExactly('{"a":1.0}')).toBe(false);
    expect(isReadExactly('{"a":1}')).toBe(true);
  });
});
