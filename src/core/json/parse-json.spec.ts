import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.js';

const nested = (levels: number) => '[{"a":'.repeat(levels / 2) + '0' + '}]'.repeat(levels / 2);
const refused = expect.objectContaining({ code: 'upstream-error', retryable: true });
/** So many levels, in a text that is longer than the deepest that need no look. */
const padded = (levels: number) => `[${'"pad",'.repeat(100)}${'['.repeat(levels - 1)}${']'.repeat(levels)}`;
const items = (count: number) => `[${'0,'.repeat(count)}0]`;

describe('parseJson', () => {
  it('gives the value of a text that is JSON', () => {
    for (const value of [null, 7, 'text', [], { a: [{ b: '}' }] }, 'x'.repeat(1_000)]) {
      expect(parseJson(JSON.stringify(value))).toEqual(value);
    }
  });

  it.each(['', 'text', '{"a":', '[1,]', '"' + 'x'.repeat(1_000), '"\\"'.repeat(500)])(
    'gives undefined for what is no JSON',
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );

  it('takes a text of 256 levels', () => {
    expect(parseJson(nested(256))).toBeInstanceOf(Array);
  });

  it.each([258, 2_500, 5_000, 1_000_000])('refuses a text of %i levels', (levels) => {
    expect(() => parseJson(nested(levels))).toThrow(refused);
    expect(() => parseJson('['.repeat(Math.max(levels, 513)))).toThrow(refused);
    expect(() => parseJson('{"a":'.repeat(Math.max(levels, 513)))).toThrow(refused);
  });

  it('counts no bracket that stands in a string, whatever is escaped before its end', () => {
    const strings = [
      '['.repeat(1_000),
      '"'.repeat(300) + '['.repeat(300),
      '\\'.repeat(301) + '{'.repeat(300),
    ];
    for (const text of strings) expect(parseJson(JSON.stringify([text, text]))).toEqual([text, text]);
  });

  it.each([
    ['objects', `[${'{},'.repeat(200_000)}{}]`],
    ['arrays', `[${'[],'.repeat(200_000)}[]]`],
    ['fields', `{${'"a":0,'.repeat(200_000)}"a":0}`],
    ['items', `[${'0,'.repeat(800_000)}0]`],
  ])('refuses a text of too many %s before it is parsed', (_, text) => {
    expect(() => parseJson(text)).toThrow(refused);
    expect(parseJson(text, 1_000_000)).toBeDefined();
  });

  it('allows 256 levels and no more, in a text that is long enough to reach them', () => {
    expect(parseJson(padded(256))).toBeDefined();
    expect(() => parseJson(padded(257))).toThrow(refused);
  });

  it('allows as many items as four for each of its objects, arrays and fields', () => {
    expect(parseJson(items(790_000))).toHaveLength(790_001);
    expect(parseJson(items(1_996), 500)).toHaveLength(1_997);
    expect(() => parseJson(items(1_997), 500)).toThrow(refused);
  });
});
