import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkShape } from './chunk-shape.js';
import { readChunk } from './read-chunk.js';

/** A chunk as OpenAI prints it, with a content in JSON. */
const openai = (content: string) =>
  `{"id":"c","created":1,"model":"gpt","choices":[{"index":0,"delta":{"content":${content}},` +
  '"logprobs":null,"finish_reason":null}],"usage":null}';
const padded = (content: string, padding: string) =>
  openai(content).replace('"usage":null', `"usage":null,"obfuscation":"${padding}"`);

const blockOf = (...events: string[]) => Buffer.from(events.map((data) => `data: ${data}\n\n`).join(''));

function learnt(data: string): ChunkShape {
  const shape = new ChunkShape();
  const chunk = readChunk(data);
  if (chunk === undefined) throw new Error('That is no chunk');
  shape.learn(data, chunk);
  return shape;
}

const spaced = (text: string) => `{"choices": [{"index": 3, "delta": {"content": "${text}"}}]}`;
const doubled = (other: string, text: string) =>
  `{"vendor":{"content":"${other}"},"choices":[{"delta":{"content":"${text}"}}]}`;
const at = (second: number) => openai('"a"').replace('"created":1', `"created":${second}`);
const said = (text: string, choice = 0) => ({ type: 'text-delta', choice, text });

/** What is read of `b` after learning from `a`, if anything, is `b`. */
const agrees = (a: string, b: string, print: (content: string) => string) => {
  const read = learnt(print(JSON.stringify(a))).read(blockOf(print(JSON.stringify(b))));
  return read === undefined || (read.length === 1 && read[0]?.text === b);
};

describe('ChunkShape', () => {
  it('reads events that differ in their content alone', () => {
    const shape = learnt(openai('"Hello"'));
    const block = blockOf(openai('" world"'), openai('"! 👩‍👩‍👧"'));
    expect(shape.read(block)).toEqual([said(' world'), said('! 👩‍👩‍👧')]);
    expect(shape.count(block)).toBe(2);
  });

  it('reads events whose padding differs too', () => {
    const shape = learnt(padded('"Hello"', 'x7'));
    expect(shape.read(blockOf(padded('" world"', 'Ab3dE')))).toEqual([said(' world')]);
    expect(shape.count(blockOf(padded('" world"', '')))).toBe(1);
    expect(shape.count(blockOf(openai('" world"')))).toBe(0);
  });

  it('reads servers that put blanks after colons, and the choices beside the first', () => {
    expect(learnt(spaced('a')).read(blockOf(spaced('b')))).toEqual([said('b', 3)]);
  });

  it('reads what is escaped', () => {
    const shape = learnt(openai('"Hello"'));
    const text = 'a\n\t"b" \\ \u0000 é';
    const escaped = openai(JSON.stringify(`${text}.`));
    // An escaped quote may be the last one: such an event is left to be parsed, and so is one that is torn.
    expect(shape.read(blockOf(openai('"line\\nbreak"')))).toEqual([said('line\nbreak')]);
    expect(shape.read(blockOf(escaped))).toBeUndefined();
    expect(shape.read(blockOf(openai('"\\x"')))).toBeUndefined();
  });

  it.each([
    openai('""'),
    openai('"Hello"').replace('"finish_reason":null', '"finish_reason":"stop"'),
    openai('"Hello"').replace('"usage":null', '"usage":{"prompt_tokens":1}'),
    openai('"Hello"').replace('"usage":null', '"error":{"message":"no"}'),
    openai('"Hello"').replace('"content"', '"role":"assistant","content"'),
    openai('"Hello"').replace('"content"', '"tool_calls":[],"content"'),
    openai('"Hello"').replace('"choices":[', '"choices":[{"index":1,"delta":{}},'),
    openai('["Hello"]'),
    openai('"Hello"').replace(',', ',\n'),
    '{"choices":[]}',
  ])('learns nothing from an event that says anything but one text: %s', (data) => {
    const shape = learnt(data);
    expect(shape.count(blockOf(data))).toBe(0);
    expect(shape.read(blockOf(data))).toBeUndefined();
  });

  it.each([
    ['a finish reason', openai('"Hello"').replace('"finish_reason":null', '"finish_reason":"stop"')],
    ['a usage', openai('"Hello"').replace('"usage":null', '"usage":{"prompt_tokens":1}')],
    ['a field more', openai('"Hello","refusal":"No"')],
    ['another time', openai('"Hello"').replace('"created":1', '"created":2')],
    ['something behind it', `${openai('"Hello"')} `],
    ['half of it', openai('"Hello"').slice(0, -9)],
    ['no text', openai('""')],
    ['an event in its text', openai('"Hello\n\ndata: x"')],
    ['a line end in its text', openai('"Hello\rthere"')],
    ['a line end in its padding', padded('"Hello"', '\n')],
  ])('does not take an event with %s for a known one', (_, data) => {
    for (const known of [openai('"first"'), padded('"first"', 'x')]) {
      expect(learnt(known).count(blockOf(data))).toBe(0);
      expect(learnt(known).count(blockOf(known, data))).toBe(0);
    }
  });

  it('knows whole events alone', () => {
    const shape = learnt(openai('"a"'));
    const block = blockOf(openai('"b"'));
    expect(shape.count(block)).toBe(1);
    for (let length = 1; length < block.length; length += 1) {
      expect(shape.count(block.subarray(0, length))).toBe(0);
      expect(shape.count(Buffer.concat([block, block.subarray(0, length)]))).toBe(0);
    }
  });

  it('is not misled by another field of the same name', () => {
    expect(learnt(doubled('x', 'a')).read(blockOf(doubled('y', 'b')))).toBeUndefined();
  });

  it('learns a new shape when the old one is over', () => {
    const shape = learnt(openai('"a"'));
    const later = (text: string) => openai(text).replace('"created":1', '"created":2');
    shape.readToLearn(later('"b"'));
    expect(shape.read(blockOf(later('"c"')))).toEqual([said('c')]);
  });

  it('gives up a stream in which no two events have a shape', () => {
    const shape = new ChunkShape();
    for (let second = 1; second <= 4; second += 1) shape.readToLearn(at(second));
    shape.readToLearn(at(5));
    expect(shape.count(blockOf(at(5)))).toBe(0);
    expect(shape.count(blockOf(at(4)))).toBe(1);
    // A hit shows that it is worth it after all.
    shape.readToLearn(at(6));
    expect(shape.count(blockOf(at(6)))).toBe(1);
  });

  it('says of any text what parsing would say, or nothing', () => {
    const texts = fc.string({ unit: 'binary', minLength: 1 });
    const prints = fc.constantFrom(openai, (text: string) => padded(text, '¤'));
    expect(fc.check(fc.property(texts, texts, prints, agrees)).failed).toBe(false);
  });
});
