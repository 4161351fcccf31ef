import { describe, expect, it } from 'vitest';
import type { Transcoded } from '../core/transcoder.js';
import { Held, tooManyEvents } from './held.js';

const block = (fields: Partial<Transcoded<string>> = {}): Transcoded<string> => ({
  output: [],
  events: 1,
  content: false,
  done: false,
  finished: [],
  ...fields,
});

describe('Held', () => {
  it('gives its blocks in the order in which they came, once', () => {
    const held = new Held<string>(10);
    const blocks = [block({ output: ['1'] }), block({ output: ['2'] })];
    for (const one of blocks) expect(held.add(one)).toBeUndefined();
    expect(held.take()).toEqual(blocks);
    expect(held.take()).toEqual([]);
  });

  it('holds as many events as it may, and fails with the next', () => {
    const held = new Held<string>(3);
    expect(held.add(block({ events: 2 }))).toBeUndefined();
    expect(held.add(block({ events: 1 }))).toBeUndefined();
    expect(held.add(block({ events: 1 }))).toMatchObject({ code: 'upstream-error', retryable: false });
  });

  it('counts events, not blocks', () => {
    const held = new Held<string>(3);
    for (let count = 0; count < 10; count += 1) expect(held.add(block({ events: 0 }))).toBeUndefined();
    expect(held.add(block({ events: 4 }))).toBeDefined();
  });

  it('keeps counting after its blocks were taken', () => {
    const held = new Held<string>(2);
    held.add(block({ events: 2 }));
    held.take();
    expect(held.add(block())).toBeDefined();
  });

  it('knows the last finish reason, and none before one came', () => {
    const held = new Held<string>(10);
    held.add(block());
    expect(held.finishReason).toBeUndefined();
    held.add(block({ finishReason: 'length' }));
    held.add(block());
    expect(held.finishReason).toBe('length');
    held.add(block({ finishReason: 'stop' }));
    expect(held.finishReason).toBe('stop');
  });
});

describe('tooManyEvents', () => {
  it('names the bound', () => {
    expect(tooManyEvents(5).message).toBe('The upstream sent more than 5 events in one stream');
  });
});
