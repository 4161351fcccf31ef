import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryFields, entryId, isBrokenOff, isNotNew, readEntry, type Entry } from './entry.js';

const entry: fc.Arbitrary<Entry> = fc.record({
  epoch: fc.integer({ min: 1, max: 2 }),
  first: fc.nat(),
  count: fc.nat(1_000),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  end: fc.boolean(),
});
const raw = (...fields: (string | number | Buffer)[]) =>
  fields.map((field) => (Buffer.isBuffer(field) ? field : Buffer.from(String(field))));
/** Where Redis puts it. */
const place = (id: string) => id.split('-').map(Number);

describe('an entry', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(entry, (written) => {
        expect(readEntry([Buffer.from(entryId(written)), raw(...entryFields(written))])).toEqual(written);
      }),
    );
  });

  it('is named by its epoch and by the frame that comes next', () => {
    expect(entryId({ epoch: 1, first: 7, count: 3, end: false })).toBe('1-10');
  });

  it('has a later place than the one before it: with the next frame, and with the end alone', () => {
    const before = place(entryId({ epoch: 1, first: 7, count: 3, end: false }));
    const next = place(entryId({ epoch: 1, first: 10, count: 1, end: false }));
    const end = place(entryId({ epoch: 1, first: 10, count: 0, end: true }));
    expect([next, end].map(([, sequence]) => (sequence ?? 0) > (before[1] ?? 0))).toEqual([true, true]);
  });

  it('is the end where it says so, whatever it says', () => {
    const fields = raw('f', 0, 'n', 0, 'b', '');
    expect(readEntry([Buffer.from('1-1'), fields]).end).toBe(false);
    expect(readEntry([Buffer.from('1-1'), [...fields, ...raw('end', '')]]).end).toBe(true);
  });

  it('may hold what later versions add', () => {
    const fields = raw('new', 'x', 'f', 4, 'n', 1, 'b', 'bytes');
    expect(readEntry([Buffer.from('1-5'), fields])).toMatchObject({ first: 4, count: 1 });
  });

  it.each([
    { what: 'no bytes', id: '1-1', fields: ['f', 0, 'n', 1] },
    { what: 'no number', id: '1-1', fields: ['n', 1, 'b', ''] },
    { what: 'no count', id: '1-1', fields: ['f', 0, 'b', ''] },
    { what: 'a count that is none', id: '1-1', fields: ['f', 0, 'n', '1e400', 'b', ''] },
    { what: 'a number that is no whole one', id: '1-1', fields: ['f', '0.5', 'n', 1, 'b', ''] },
    { what: 'an id of somebody else', id: 'x-1', fields: ['f', 0, 'n', 1, 'b', ''] },
    { what: 'a name without a value', id: '1-1', fields: ['f', 0, 'n', 1, 'b'] },
    { what: 'nothing', id: '1-1', fields: [] },
  ])('with $what is none of ours, and the stream is gone', ({ id, fields }) => {
    expect(() => readEntry([Buffer.from(id), raw(...fields)])).toThrow(
      expect.objectContaining({ code: 'stream-gone' }),
    );
  });
});

describe('a stream', () => {
  it.each([
    { what: 'whose producer ended it', last: { epoch: 1, count: 1, end: true }, brokenOff: false },
    { what: 'that runs', last: { epoch: 1, count: 1, end: false }, brokenOff: false },
    { what: 'that another one has ended', last: { epoch: 2, count: 1, end: true }, brokenOff: true },
    { what: 'that another one is about to end', last: { epoch: 2, count: 0, end: false }, brokenOff: false },
    { what: 'that had ended before that', last: { epoch: 2, count: 0, end: true }, brokenOff: false },
  ])('$what: broke off is $brokenOff', ({ last, brokenOff }) => {
    expect(isBrokenOff({ first: 0, bytes: Buffer.alloc(0), ...last })).toBe(brokenOff);
  });
});

describe('a refusal by Redis', () => {
  it('is told from other failures where the entry is there', () => {
    const known = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
    expect(isNotNew(new Error(known))).toBe(true);
    expect(isNotNew(new Error("OOM command not allowed when used memory > 'maxmemory'"))).toBe(false);
    expect(isNotNew(known)).toBe(false);
  });
});
