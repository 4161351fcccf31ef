import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../test/support/event-block.js';
import { ChunkTemplate } from './chunk-template.js';
import { readChunk } from './chunk/read-chunk.js';

/** A chunk as OpenAI prints it, with a content in JSON. */
const openai = (content: string) =>
  `{"id":"c","created":1,"model":"gpt","choices":[{"index":0,"delta":{"content":${content}},` +
  '"logprobs":null,"finish_reason":null}],"usage":null}';
const padded = (content: string, padding: string) =>
  openai(content).replace('"usage":null', `"usage":null,"obfuscation":"${padding}"`);

const bytesOf = (...events: string[]) => blockOf(...events).bytes;

function learn(shape: ChunkTemplate, data: string): ChunkTemplate {
  const chunk = readChunk(data);
  if (chunk === undefined) throw new Error('That is no chunk');
  shape.learnFrom(data, chunk);
  return shape;
}

const learnt = (data: string) => learn(new ChunkTemplate(), data);

const spaced = (text: string) => `{"choices": [{"index": 3, "delta": {"content": "${text}"}}]}`;
const doubled = (other: string, text: string) =>
  `{"vendor":{"content":"${other}"},"choices":[{"delta":{"content":"${text}"}}]}`;
const at = (second: number) => openai('"a"').replace('"created":1', `"created":${second}`);
const named = (id: string) => openai('"a"').replace('"id":"c"', `"id":"${id}"`);
const said = (text: string, choice = 0) => ({ type: 'text-delta', choice, text });

/** What is read of one event. */
const readBy = (shape: ChunkTemplate, data: string) => shape.read(bytesOf(data), 0)?.parts;

/** What is read of `b` after learning from `a`, if anything, is `b`. */
const agrees = (a: string, b: string, print: (content: string) => string) => {
  const read = readBy(learnt(print(JSON.stringify(a))), print(JSON.stringify(b)));
  return read === undefined || (read.length === 1 && read[0]?.text === b);
};

describe('ChunkTemplate', () => {
  it('reads events that differ in their content alone', () => {
    const shape = learnt(openai('"Hello"'));
    const block = bytesOf(openai('" world"'), openai('"! 👩‍👩‍👧"'));
    expect(shape.read(block, 0)).toEqual({ parts: [said(' world'), said('! 👩‍👩‍👧')], end: block.length });
    expect(shape.count(block)).toBe(2);
  });

  it('knows its own shape however many others are learnt, and whatever their length', () => {
    const ids = Array.from({ length: 100 }, (_, nth) => `${nth}-`.padEnd(nth % 10 === 9 ? 5_000 : 20, 'x'));
    const shapes = ids.map((id) => learnt(named(id)));
    expect(shapes.map((shape, nth) => readBy(shape, named(ids[nth] ?? '')))).toEqual(
      ids.map(() => [said('a')]),
    );
    expect(shapes.filter((shape, nth) => readBy(shape, named(ids[nth + 1] ?? '')))).toEqual([]);
  });

  it('reads as far as events are known', () => {
    const shape = learnt(openai('"Hello"'));
    const [first, other, last] = [openai('"a"'), openai('""'), openai('"b"')];
    const block = bytesOf(first, other, last);
    const [second, third] = [bytesOf(first).length, bytesOf(first, other).length];
    expect(shape.read(block, 0)).toEqual({ parts: [said('a')], end: second });
    expect(shape.read(block, second)).toBeUndefined();
    expect(shape.read(block, third)).toEqual({ parts: [said('b')], end: block.length });
    expect(shape.count(block)).toBe(0);
  });

  it('reads events whose padding differs too', () => {
    const shape = learnt(padded('"Hello"', 'x7'));
    expect(readBy(shape, padded('" world"', 'Ab3dE'))).toEqual([said(' world')]);
    expect(shape.count(bytesOf(padded('" world"', '')))).toBe(1);
    expect(shape.count(bytesOf(openai('" world"')))).toBe(0);
  });

  it('reads servers that put blanks after colons, and the choices beside the first', () => {
    expect(readBy(learnt(spaced('a')), spaced('b'))).toEqual([said('b', 3)]);
  });

  it('reads what is escaped', () => {
    const shape = learnt(openai('"Hello"'));
    const text = 'a\n\t"b" \\ \u0000 é';
    const escaped = openai(JSON.stringify(`${text}.`));
    // An escaped quote may be the last one: such an event is left to be parsed, and so is one that is torn.
    expect(readBy(shape, openai('"line\\nbreak"'))).toEqual([said('line\nbreak')]);
    expect(readBy(shape, escaped)).toBeUndefined();
    expect(readBy(shape, openai('"\\x"'))).toBeUndefined();
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
    expect(shape.count(bytesOf(data))).toBe(0);
    expect(readBy(shape, data)).toBeUndefined();
  });

  it.each([
    ['a finish reason', openai('"Hello"').replace('"finish_reason":null', '"finish_reason":"stop"')],
    ['a usage', openai('"Hello"').replace('"usage":null', '"usage":{"prompt_tokens":1}')],
    ['a field more', openai('"Hello","refusal":"No"')],
    ['another time', openai('"Hello"').replace('"created":1', '"created":2')],
    ['something behind it', `${openai('"Hello"')} `],
    ['half of it', openai('"Hello"').slice(0, -9)],
    ['no text', openai('""')],
    ['an escape that is none', openai('"Hello \\x"')],
    ['an event in its text', openai('"Hello\n\ndata: x"')],
    ['a line end in its text', openai('"Hello\rthere"')],
    ['a line end in its padding', padded('"Hello"', '\n')],
  ])('does not take an event with %s for a known one', (_, data) => {
    for (const known of [openai('"first"'), padded('"first"', 'x')]) {
      expect(learnt(known).count(bytesOf(data))).toBe(0);
      expect(learnt(known).count(bytesOf(known, data))).toBe(0);
    }
  });

  it('knows whole events alone', () => {
    const shape = learnt(openai('"a"'));
    const block = bytesOf(openai('"b"'));
    expect(shape.count(block)).toBe(1);
    for (let length = 1; length < block.length; length += 1) {
      expect(shape.count(block.subarray(0, length))).toBe(0);
      expect(shape.count(Buffer.concat([block, block.subarray(0, length)]))).toBe(0);
    }
  });

  it('is not misled by another field of the same name', () => {
    expect(readBy(learnt(doubled('x', 'a')), doubled('y', 'b'))).toBeUndefined();
  });

  it('learns a new shape when the old one is over', () => {
    const shape = learnt(openai('"a"'));
    const later = (text: string) => openai(text).replace('"created":1', '"created":2');
    learn(shape, later('"b"'));
    expect(readBy(shape, later('"c"'))).toEqual([said('c')]);
  });

  it('gives up a stream in which no two events have a shape', () => {
    const shape = new ChunkTemplate();
    for (let second = 1; second <= 4; second += 1) learn(shape, at(second));
    learn(shape, at(5));
    expect(shape.count(bytesOf(at(5)))).toBe(0);
    expect(shape.count(bytesOf(at(4)))).toBe(1);
    // A hit shows that it is worth it after all.
    learn(shape, at(6));
    expect(shape.count(bytesOf(at(6)))).toBe(1);
  });

  it('says of any text what parsing would say, or nothing', () => {
    const texts = fc.string({ unit: 'binary', minLength: 1 });
    const prints = fc.constantFrom(openai, (text: string) => padded(text, '¤'));
    expect(fc.check(fc.property(texts, texts, prints, agrees)).failed).toBe(false);
  });
});
