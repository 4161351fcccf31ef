import { describe, expect, it } from 'vitest';
import { eventDecoder } from './decode-event.js';

const decode = (chunk: object) => eventDecoder().decode({ data: JSON.stringify(chunk), name: undefined });
const list = (length: number) => Array.from({ length }, () => 'a');
const delta = (fields: object) => ({ choices: [{ index: 0, delta: fields }] });

describe('an event of many parts', () => {
  it('is read up to 50,000', () => {
    expect(decode(delta({ content: list(50_000) })).parts).toHaveLength(50_000);
  });

  it.each([
    ['texts', delta({ content: list(50_001) })],
    ['images', delta({ images: list(50_001) })],
    [
      'pieces of reasoning',
      delta({ content: list(50_001).map((text) => ({ type: 'thinking', thinking: text })) }),
    ],
    [
      'texts of two choices',
      { choices: [0, 1].map((index) => ({ index, delta: { content: list(25_001) } })) },
    ],
  ])('is refused with more %s', (_, chunk) => {
    expect(() => decode(chunk)).toThrow('The upstream sent an event of more than 50000 parts');
  });
});
