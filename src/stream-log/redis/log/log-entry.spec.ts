import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryFields, entryId, isDuplicate, openingId, readEntry, type Entry } from './log-entry.js';

const entry: fc.Arbitrary<Entry> = fc.record({
  epoch: fc.integer({ min: 1, max: 2 }),
  first: fc.nat(),
  count: fc.nat(1_000),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  end: fc.boolean(),
});
const raw = (...fields: (string | number | Buffer)[]) =>
  fields.map((field) => (Buffer.isBuffer(field) ? field : Buffer.from(String(field))));
const read = (id: string, fields: Omit<Entry, 'epoch'>) =>
  readEntry([Buffer.from(id), raw(...entryFields(fields))]);
/** Where Redis puts it. */
const place = (id: string) => id.split('-').map(Number);

describe('an entry', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(entry, (written) => {
        const id = entryId(written);
        expect(readEntry([Buffer.from(id), raw(...entryFields(written))])).toEqual({ id, ...written });
      }),
    );
  });

  it('has a usage with its end alone, and none where that is no usage', () => {
    const usage = { promptTokens: 3, completionTokens: 4, totalTokens: 9 };
    const last = { first: 0, count: 0, bytes: Buffer.alloc(0), end: true };
    expect(read('1-1', { ...last, usage })).toEqual({ id: '1-1', epoch: 1, ...last, usage });
    const detailed = { ...usage, cachedPromptTokens: 0, reasoningTokens: 2 };
    expect(read('1-1', { ...last, usage: detailed }).usage).toEqual(detailed);
    expect(read('1-0', { ...last, end: false, usage }).usage).toBeUndefined();
    for (const odd of ['', '3 4', '3 4 x', '1e308 1 1', '-1 1 1', '9'.repeat(400), '1 1 2 x', '1 1 2 x=-1']) {
      const fields = [...raw(...entryFields(last)), ...raw('u', odd)];
      expect(readEntry([Buffer.from('1-1'), fields])).toEqual({ id: '1-1', epoch: 1, ...last });
    }
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

describe('an entry of another one than the producer', () => {
  const nothing = { first: 7, count: 0, bytes: Buffer.alloc(0), end: false };

  it('says that the stream was cut, which that of a producer never does', () => {
    const last = { ...nothing, count: 1, end: true };
    expect(read('2-9', { ...last, truncated: true })).toEqual({
      id: '2-9',
      epoch: 2,
      ...last,
      truncated: true,
    });
    expect(read('2-9', last).truncated).toBeUndefined();
  });

  it('says who continues', () => {
    const claim = { ...nothing, claimedBy: 'b' };
    expect(read('2-0', claim)).toEqual({ id: '2-0', epoch: 2, ...claim });
  });

  it('has its place behind everything that was written before, whatever that is, and before what comes', () => {
    const [epoch, sequence] = place(openingId(2));
    expect(epoch).toBe(2);
    expect(sequence).toBeLessThan(place(entryId({ ...nothing, epoch: 2, count: 1 }))[1] ?? 0);
  });
});

describe('a refusal by Redis', () => {
  it('is told from other failures where the entry is there', () => {
    const known = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
    expect(isDuplicate(new Error(known))).toBe(true);
    expect(isDuplicate(new Error("OOM command not allowed when used memory > 'maxmemory'"))).toBe(false);
    expect(isDuplicate(known)).toBe(false);
  });
});
