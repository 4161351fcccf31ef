import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { card, WrittenStream } from '../../../test/contract/written-stream.js';
import { ROOMY } from '../../../test/contract/created-log.js';
import { comparePlaces, type ListPlace } from '../list-place.js';
import { MemoryStream } from './memory-stream.js';
import { MemoryStreamLog } from './memory-stream-log.js';
import { OwnerLists } from './owner-lists.js';

const MANY = 10_000;
const plain = (places: Iterable<ListPlace>) => [...places].map(({ startedAt, id }) => ({ startedAt, id }));

afterEach(() => void vi.restoreAllMocks());

describe('OwnerLists', () => {
  it('gives what stands behind any place in order, whatever came and went in whatever order', () => {
    const place = fc.record({ startedAt: fc.nat(5), id: fc.constantFrom('a', 'b', 'c', 'd') });
    const change = fc.record({ place, adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change), place, (changes, after) => {
        const [lists, known] = [new OwnerLists(), new Map<string, ListPlace>()];
        for (const { place: changed, adds } of changes) {
          const key = `${changed.startedAt} ${changed.id}`;
          if (adds) known.set(key, changed);
          else known.delete(key);
          lists[adds ? 'add' : 'remove'](card({ ...changed }));
        }
        const sorted = [...known.values()].toSorted(comparePlaces);
        expect(plain(lists.after('web', undefined))).toEqual(sorted);
        const behind = sorted.filter((other) => comparePlaces(other, after) > 0);
        expect(plain(lists.after('web', after))).toEqual(behind);
        expect([...lists.after('other', undefined)]).toEqual([]);
      }),
    );
  });
});

describe('MemoryStreamLog with 10,000 streams of one owner and of another', () => {
  it('looks at those of a page alone, at the beginning, in the middle and at the end', async () => {
    const log = new MemoryStreamLog({ streamLog: ROOMY });
    const streams = Array.from({ length: MANY }, () => {
      void new WrittenStream(log, { owner: 'other' });
      return new WrittenStream(log, { owner: 'web' });
    });
    const [described, read] = [
      vi.spyOn(MemoryStream.prototype, 'described', 'get'),
      vi.spyOn(OwnerLists.prototype, 'after'),
    ];
    const placeAt = (at: number) => streams[at]?.card;
    for (const after of [undefined, placeAt(MANY / 2), placeAt(3)]) {
      described.mockClear();
      const page = await log.list('web', { limit: 100, after });
      expect(described).toHaveBeenCalledTimes(page.streams.length);
      expect(page.streams).toHaveLength(after === placeAt(3) ? 3 : 100);
    }
    expect(read).toHaveBeenCalledTimes(3);
    await log.close();
  });
});
