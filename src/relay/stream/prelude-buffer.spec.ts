import { describe, expect, it } from 'vitest';
import type { TranscodeResult } from '../../core/dialect/transcoder.js';
import { PreludeBuffer, tooManyEvents } from './prelude-buffer.js';

const block = (fields: Partial<TranscodeResult<string>> = {}): TranscodeResult<string> => ({
  output: [],
  events: 1,
  content: false,
  done: false,
  finished: [],
  ...fields,
});

describe('PreludeBuffer', () => {
  it('gives its blocks in the order in which they came, once', () => {
    const held = new PreludeBuffer<string>(10, 100);
    const blocks = [block({ output: ['1'] }), block({ output: ['2'] })];
    for (const one of blocks) expect(held.add(one, 1)).toBeUndefined();
    expect(held.take()).toEqual(blocks);
    expect(held.take()).toEqual([]);
  });

  it('holds as many events as it may, and fails with the next', () => {
    const held = new PreludeBuffer<string>(3, 100);
    expect(held.add(block({ events: 2 }), 1)).toBeUndefined();
    expect(held.add(block({ events: 1 }), 1)).toBeUndefined();
    expect(held.add(block({ events: 1 }), 1)).toMatchObject({ code: 'upstream-error', retryable: false });
  });

  it('counts events, not blocks', () => {
    const held = new PreludeBuffer<string>(3, 100);
    for (let count = 0; count < 10; count += 1) expect(held.add(block({ events: 0 }), 1)).toBeUndefined();
    expect(held.add(block({ events: 4 }), 1)).toBeDefined();
  });

  it('holds as many bytes as it may, and fails with the next so that another target may serve', () => {
    const held = new PreludeBuffer<string>(10, 100);
    expect(held.add(block(), 60)).toBeUndefined();
    expect(held.add(block({ events: 0 }), 40)).toBeUndefined();
    expect(held.add(block(), 1)).toMatchObject({ code: 'upstream-error', retryable: true });
  });

  it('keeps counting after its blocks were taken', () => {
    const held = new PreludeBuffer<string>(2, 100);
    held.add(block({ events: 2 }), 1);
    held.take();
    expect(held.add(block(), 1)).toBeDefined();
  });

  it('knows the last finish reason, and none before one came', () => {
    const held = new PreludeBuffer<string>(10, 100);
    held.add(block(), 1);
    expect(held.finishReason).toBeUndefined();
    held.add(block({ finishReason: 'length' }), 1);
    held.add(block(), 1);
    expect(held.finishReason).toBe('length');
    held.add(block({ finishReason: 'stop' }), 1);
    expect(held.finishReason).toBe('stop');
  });
});

describe('tooManyEvents', () => {
  it('names the bound', () => {
    expect(tooManyEvents(5).message).toBe('The upstream sent more than 5 events in one stream');
  });
});
