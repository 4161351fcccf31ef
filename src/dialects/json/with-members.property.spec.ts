import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withMembers } from './with-members.js';

const blank = fc.constantFrom('', ' ', '\n', ' \t\r\n');
const name = fc.constantFrom('model', 'a', 'b"', '\\', '{', '', '__proto__', 'ü');
const value = fc.oneof(
  fc.json(),
  fc.constantFrom('9007199254740993', '1e400', '1.0', String.raw`"\"model\":1\\"`, '[{"model":[1,"]"]}]'),
);
const member = fc.tuple(name, value, blank, blank, blank, blank);
const members = fc.uniqueArray(member, { selector: ([key]) => key, maxLength: 6 });

type Member = [string, string, ...string[]];

const print = (all: readonly Member[]) =>
  all.map(([key, text, a, b, c, d]) => `${a}${JSON.stringify(key)}${b}:${c}${text}${d}`).join(',');

describe('withMembers', () => {
  it('replaces a member’s value and no other byte', () => {
    fc.assert(
      fc.property(members, blank, (all, around) => {
        const text = `${around}{${print(all)}}${around}`;
        const [changed] = all;
        if (changed === undefined) return;
        const after = all.map(([key, old, ...rest]): Member => [
          key,
          key === changed[0] ? '"new"' : old,
          ...rest,
        ]);
        expect(withMembers(text, Object.fromEntries([[changed[0], '"new"']]))).toBe(
          `${around}{${print(after)}}${around}`,
        );
      }),
    );
  });

  it('takes members out and adds others, and keeps what the rest says', () => {
    fc.assert(
      fc.property(members, fc.array(name), (all, out) => {
        const changes = Object.fromEntries([
          ...out.map((key): [string, undefined] => [key, undefined]),
          ['new', '[1]'] as [string, string],
        ]);
        const left = all.filter(([key]) => !out.includes(key));
        const entries = left.map(([key, text]): [string, unknown] => [key, JSON.parse(text)]);
        const expected = Object.fromEntries([...entries, ['new', [1]]]);
        expect(JSON.parse(withMembers(`{${print(all)}}`, changes))).toEqual(expected);
      }),
    );
  });

  it('changes a member in each place where it stands', () => {
    expect(withMembers('{"a":1,"b":2,"a":{"a":3}}', { a: '0' })).toBe('{"a":0,"b":2,"a":0}');
    expect(withMembers('{"a":1, "b":2,"a":3}', { a: undefined })).toBe('{"b":2}');
  });

  it('reads ten megabytes, deep and with many quotes, in linear time', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const quotes = String.raw`\\\"`.repeat(2_000_000);
    const text = `{"deep":${deep},"quotes":"${quotes}","model":1}`;
    const before = performance.now();
    expect(withMembers(text, { model: '2' }).length).toBe(text.length);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
