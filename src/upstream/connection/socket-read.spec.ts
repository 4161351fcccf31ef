import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { endsRead, parsing } from './socket-read.js';

function framed(bytes: number): number {
  return `${bytes.toString(16)}\r\n\r\n`.length + bytes;
}

describe('endsRead', () => {
  afterEach(() => parsing(0));

  it('tells the last chunk of a read, and no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 0xf_ffff }), { minLength: 1, maxLength: 8 }),
        (chunks) => {
          parsing(chunks.reduce((sum, bytes) => sum + framed(bytes), 0));
          expect(chunks.map(endsRead)).toEqual(chunks.map((_, at) => at === chunks.length - 1));
        },
      ),
    );
  });

  it('takes a body without chunks for the whole read', () => {
    parsing(300);
    expect(endsRead(300)).toBe(true);
  });

  it('does not know the last chunk where a read holds more than chunks', () => {
    parsing(framed(10) + 200);
    expect(endsRead(10)).toBe(false);
  });

  it('knows nothing between reads', () => {
    parsing(framed(10));
    parsing(0);
    expect(endsRead(10)).toBe(false);
  });
});
