import { describe, expect, it } from 'vitest';
import { parseBody } from './parse-body.js';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const fields = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join(',')}}`;

describe('parseBody', () => {
  it.each(['{"messages":[{"role":"user"}]}', '[1,2]', '"text"', nested(256), fields(1000), fields(150_000)])(
    'reads JSON as JSON.parse does',
    (text) => {
      expect(parseBody(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', ' ', '\r\n'])('takes %j for no body', (text) => {
    expect(parseBody(text)).toBeUndefined();
  });

  it.each(['{', '{"a":}', 'text', nested(300).slice(1), '\u0000'])('refuses what is no JSON', (text) => {
    expect(() => parseBody(text)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  it.each([
    ['nested 257 deep', nested(257)],
    ['open ten million times', '['.repeat(10_000_000)],
    ['of 10,000 levels within an object', `{"a":${nested(10_000)}}`],
    ['with 700,000 fields', fields(700_000)],
    ['of three million empty objects', `[${'{},'.repeat(3_000_000)}{}]`],
    ['of 4.9 million items', `[${'0,'.repeat(4_900_000)}0]`],
    ['of three million empty texts', `{"stop":[${'"",'.repeat(3_000_000)}""]}`],
    ['of 2.9 million texts', `{"stop":[${'"a",'.repeat(2_900_000)}""]}`],
    ['with 400,000 fields', fields(400_000)],
  ])('refuses a body %s', (_, text) => {
    expect(() => parseBody(text)).toThrow(
      'The request is not valid: its body is nested too deeply, or holds too many values',
    );
  });

  it('counts nothing that stands in a string', () => {
    const text = JSON.stringify({ content: '[{:,"\\'.repeat(100_000) });
    expect(parseBody(text)).toEqual(JSON.parse(text));
  });
});
