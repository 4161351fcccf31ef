import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReaderPosition } from '../../core/dialect/caller-dialect.js';
import { parseCursor, formatCursor } from './cursor.js';

const ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5b';

const cursors: fc.Arbitrary<ReaderPosition> = fc.record({
  streamId: fc.uuid().map((id) => id.replaceAll('-', '')),
  sequence: fc.nat(999_999_999),
  epoch: fc.integer({ min: 1, max: 99 }),
  last: fc.boolean(),
});

describe('a cursor', () => {
  it('names the stream, the frame and whether it was the last', () => {
    expect(formatCursor({ streamId: ID, sequence: 7, epoch: 1, last: false })).toBe(`${ID}.7`);
    expect(formatCursor({ streamId: ID, sequence: 8, epoch: 1, last: true })).toBe(`${ID}.8.end`);
  });

  it('names the producer, if it is not the first', () => {
    expect(formatCursor({ streamId: ID, sequence: 7, epoch: 2, last: false })).toBe(`${ID}.7.e2`);
    expect(formatCursor({ streamId: ID, sequence: 8, epoch: 12, last: true })).toBe(`${ID}.8.e12.end`);
  });

  it('is read as it was printed', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  it('holds no character that makes a browser ask for a preflight, and is short', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        const id = formatCursor(cursor);
        expect(id).toMatch(/^[\x21-\x7e]+$/);
        expect(id).not.toMatch(/["():<>?@[\\\]{}]/);
        expect(Buffer.byteLength(id)).toBeLessThan(128);
      }),
    );
  });

  it.each([
    '',
    '7',
    ID,
    `${ID}.`,
    `${ID}.-1`,
    `${ID}.1e3`,
    `${ID}.1234567890`,
    `${ID}.7.END`,
    `${ID}.7.e`,
    `${ID}.7.e1`,
    `${ID}.7.e02`,
    `${ID}.7.e100`,
    `${ID}.7.end.e2`,
    `${ID}.7.end.end`,
    ` ${ID}.7`,
    `${ID}.7\n`,
    `${ID.toUpperCase()}.7`,
    `${ID.slice(1)}.7`,
    '1-0',
  ])('is refused when it is the foreign %j', (id) => {
    expect(() => parseCursor(id)).toThrow(expect.objectContaining({ code: 'invalid-request', status: 400 }));
  });
});
