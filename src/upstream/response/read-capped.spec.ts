import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readCapped } from './read-capped.js';

const bodyOf = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

describe('readCapped', () => {
  it('reads a body to its end, up to the limit itself', async () => {
    expect(await readCapped(bodyOf('abc', 'de'), 5)).toEqual(Buffer.from('abcde'));
  });

  it('reads an empty body as no bytes', async () => {
    expect(await readCapped(bodyOf(), 5)).toEqual(Buffer.alloc(0));
  });

  it('closes a body that exceeds the limit without reading on', async () => {
    let read = 0;
    const endless = Readable.from(
      (function* chunks() {
        for (;;) {
          read += 1;
          yield Buffer.from('abc');
        }
      })(),
      { highWaterMark: 1 },
    );
    expect(await readCapped(endless, 5)).toBeUndefined();
    expect(endless.destroyed).toBe(true);
    expect(read).toBeLessThan(10);
  });

  it('rejects when the body breaks off', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = readCapped(body, 5);
    body.push(Buffer.from('ab'));
    body.destroy(new Error('broken'));
    await expect(reading).rejects.toThrow('broken');
  });
});
