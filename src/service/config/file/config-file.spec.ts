import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile } from './config-file.js';

/** Of the processor, in microseconds: what else runs on the machine does not count. */
const HALF_A_SECOND = 500_000;

describe('readConfigFile', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-yaml-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (content: string, variables: Record<string, string> = {}) => {
    writeFileSync(join(folder, 'it.yaml'), content);
    return readConfigFile(join(folder, 'it.yaml'), variables);
  };

  it('reads YAML and JSON with anchors, numbers, booleans and nothing', () => {
    expect(read('a: &x [1, two, true, null]\nb: *x\n3: { c: }').content).toEqual({
      a: [1, 'two', true, null],
      b: [1, 'two', true, null],
      3: { c: null },
    });
    expect(read('{"a": {"b": "c"}}').content).toEqual({ a: { b: 'c' } });
  });

  it.each(['__proto__: { a: 1 }', 'a: { "__proto__": 1 }'])(
    'refuses a name that is no member: %s',
    (text) => {
      expect(() => read(text)).toThrow(
        expect.objectContaining({ problems: [expect.stringContaining('__proto__ is no name')] }),
      );
    },
  );

  it('tells where its texts come from', () => {
    writeFileSync(join(folder, 'key'), 'sk-1\n');
    const file = join(folder, 'key');
    const content = `{ a: "\${ONE}-\${TWO}", b: [{ file: ${file} }], c: d }`;
    const { content: resolved, sources } = read(content, { ONE: '1', TWO: '2' });
    expect(resolved).toEqual({ a: '1-2', b: ['sk-1'], c: 'd' });
    expect([...sources]).toEqual([
      ['a', 'ONE, TWO'],
      ['b.0', file],
    ]);
  });

  it.each([
    ['', 'holds nothing'],
    ['# all of it is commented out', 'holds nothing'],
    ['---\n', 'holds nothing'],
    ['a: 1\nb: 2\na: 3', 'a stands there twice'],
    ['a: { b: 1, "b": 2 }', 'a.b stands there twice'],
    ['a: !!js/function "function () {}"', 'TAG_RESOLVE_FAILED'],
    ['a: !secret x', 'TAG_RESOLVE_FAILED'],
    ['? [a, b]\n: c', 'has a key that is no text'],
    ['a: *nowhere', 'a names an anchor that is not there'],
    ['a: &x [*x]', 'a is nested deeper than 32 levels'],
    ['a: 1\n---\nb: 2', 'MULTIPLE_DOCS'],
    ['a: [', 'SLUICE_CONFIG is no YAML or JSON'],
  ])('refuses %j', (content, problem) => {
    expect(() => read(content)).toThrow(problem);
  });

  it('refuses a file that stands for a text and holds nothing', () => {
    writeFileSync(join(folder, 'key'), ' \n');
    expect(() => read(`a: { file: ${join(folder, 'key')} }`)).toThrow('a names a file that holds nothing');
  });

  it('refuses what is larger than its bounds', () => {
    expect(() => read(`a: ${'x'.repeat(256 * 1024)}`)).toThrow('has more than 262144 bytes');
    writeFileSync(join(folder, 'key'), 'x'.repeat(64 * 1024 + 1));
    expect(() => read(`a: { file: ${join(folder, 'key')} }`)).toThrow('has more than 65536 bytes');
    const references = `a: [${'"${BIG}",'.repeat(1000)}]`;
    expect(() => read(references, { BIG: 'x'.repeat(100_000) })).toThrow('more than 4194304 characters');
    writeFileSync(join(folder, 'key'), 'x');
    const files = (number: number) => `[${`{file: ${join(folder, 'key')}},`.repeat(number)}]`;
    expect(read(files(1_000)).files).toHaveLength(1_001);
    expect(() => read(files(1_001))).toThrow('more than 1000 files');
  });

  it.each([
    ['keys within keys', '? '.repeat(100_000)],
    ['lists within lists', '['.repeat(250_000)],
    ['lists within lists, in lines', '- '.repeat(125_000)],
    ['maps within maps', '{a: '.repeat(60_000)],
    ['many names', Array.from({ length: 12_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['many values', `[${'1,'.repeat(125_000)}]`],
    ['many errors', '{}'.repeat(125_000)],
    ['many directives', '%A\n'.repeat(80_000)],
    ['aliases of aliases', `a: &a [${'x,'.repeat(9)}]\n${aliases(20)}`],
    ['aliases of much', `a: &a [${'x,'.repeat(10_000)}]\nb: [${'*a,'.repeat(90)}]`],
    ['lines of nothing', '\n'.repeat(250_000)],
  ])('takes no longer than half a second for %s', (_, content) => {
    const before = process.cpuUsage();
    try {
      read(content);
    } catch {
      // Whether it is taken is not the question here.
    }
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(HALF_A_SECOND);
  });
});

/** Each is ten of the one before: the last one would be as many as there are atoms in a stone. */
function aliases(depth: number): string {
  const names = Array.from({ length: depth }, (_, index) => String.fromCodePoint(98 + index));
  return names
    .map((name, index) => {
      const before = String.fromCodePoint(97 + index);
      return `${name}: &${name} [${`*${before},`.repeat(10)}]`;
    })
    .join('\n');
}
