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
const said = (text: string) => ({ choice: 0, text, model: 'gpt' });

/** What is read of `b` after learning from `a`, if anything, is `b`. */
const agrees = (a: string, b: string, print: (content: string) => string) => {
  const read = learnt(print(JSON.stringify(a))).read(print(JSON.stringify(b)));
  return read === undefined || read.text === b;
};

describe('ChunkShape', () => {
  it('reads an event that differs in its content alone', () => {
    const shape = learnt(openai('"Hello"'));
    expect(shape.read(openai('" world"'))).toEqual(said(' world'));
  });

  it('reads an event whose padding differs too', () => {
    const shape = learnt(padded('"Hello"', 'x7'));
    expect(shape.read(padded('" world"', 'Ab3dE'))).toEqual(said(' world'));
    expect(shape.fits(padded('" world"', ''))).toBe(true);
    expect(shape.fits(openai('" world"'))).toBe(false);
  });

  it('reads servers that put blanks after colons, and the choices beside the first', () => {
    expect(learnt(spaced('a')).read(spaced('b'))).toEqual({ choice: 3, text: 'b', model: undefined });
  });

  it('reads what is escaped', () => {
    const shape = learnt(openai('"Hello"'));
    const text = 'a\n\t"b" \\ \u0000 é';
    const escaped = openai(JSON.stringify(`${text}.`));
    // An escaped quote may be the last one: such an event is left to be parsed, and so is one that is torn.
    expect(shape.read(openai('"line\\nbreak"'))).toEqual(said('line\nbreak'));
    expect(shape.read(escaped)).toBeUndefined();
    expect(shape.read(openai('"\\x"'))).toBeUndefined();
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
    '{"choices":[]}',
  ])('learns nothing from an event that says anything but one text: %s', (data) => {
    const shape = learnt(data);
    expect(shape.fits(data)).toBe(false);
    expect(shape.read(data)).toBeUndefined();
  });

  it.each([
    ['a finish reason', openai('"Hello"').replace('"finish_reason":null', '"finish_reason":"stop"')],
    ['a usage', openai('"Hello"').replace('"usage":null', '"usage":{"prompt_tokens":1}')],
    ['a field more', openai('"Hello","refusal":"No"')],
    ['another time', openai('"Hello"').replace('"created":1', '"created":2')],
    ['something behind it', `${openai('"Hello"')} `],
    ['half of it', openai('"Hello"').slice(0, -9)],
  ])('does not take an event with %s for a known one', (_, data) => {
    expect(learnt(openai('"first"')).fits(data)).toBe(false);
  });

  it('is not misled by another field of the same name', () => {
    expect(learnt(doubled('x', 'a')).read(doubled('y', 'b'))).toBeUndefined();
  });

  it('learns a new shape when the old one is over', () => {
    const shape = learnt(openai('"a"'));
    const later = (text: string) => openai(text).replace('"created":1', '"created":2');
    shape.readToLearn(later('"b"'));
    expect(shape.read(later('"c"'))).toEqual(said('c'));
  });

  it('gives up a stream in which no two events have a shape', () => {
    const shape = new ChunkShape();
    for (let second = 1; second <= 4; second += 1) shape.readToLearn(at(second));
    shape.readToLearn(at(5));
    expect(shape.fits(at(5))).toBe(false);
    expect(shape.fits(at(4))).toBe(true);
    // A hit shows that it is worth it after all.
    shape.readToLearn(at(6));
    expect(shape.fits(at(6))).toBe(true);
  });

  it('says of any text what parsing would say, or nothing', () => {
    const texts = fc.string({ unit: 'binary', minLength: 1 });
    const prints = fc.constantFrom(openai, (text: string) => padded(text, '¤'));
    expect(fc.check(fc.property(texts, texts, prints, agrees)).failed).toBe(false);
  });
});
