import { describe, expect, it } from 'vitest';
import { comparePlaces, type ListPlace } from '../../list-place.js';
import type { StreamStatus } from '../../stream-log.js';
import { readList, type ListSource } from './read-list.js';

const place = (at: number): ListPlace => ({ startedAt: at, id: String(at).padStart(5, '0') });
const places = (from: number, count: number) => Array.from({ length: count }, (_, at) => place(from + at));

/** A source with these places, and what was asked of it. */
class CountingSource implements ListSource {
  readonly looked: string[] = [];
  readonly forgotten: string[] = [];
  /** How many were looked up at once at most. */
  most = 0;
  #polling = 0;

  constructor(
    private readonly lists: { readonly here?: ListPlace[]; readonly listed: ListPlace[] },
    private readonly isThere: (id: string) => boolean = () => true,
  ) {}

  here(after: ListPlace | undefined, count: number): ListPlace[] {
    return behind(this.lists.here ?? [], after, count);
  }

  async everywhere(after: ListPlace | undefined, count: number): Promise<ListPlace[]> {
    return behind(this.lists.listed, after, count);
  }

  async find(id: string): Promise<StreamStatus | undefined> {
    this.looked.push(id);
    this.#polling += 1;
    this.most = Math.max(this.most, this.#polling);
    await Promise.resolve();
    this.#polling -= 1;
    if (!this.isThere(id)) return undefined;
    const metadata = { id, owner: 'web', dialect: 'native', route: 'r', startedAt: Number(id) } as const;
    return { ...metadata, state: 'over', firstRetained: 0, frames: 1, truncated: false };
  }

  forget(gone: readonly ListPlace[]): void {
    this.forgotten.push(...gone.map(({ id }) => id));
  }
}

function behind(all: readonly ListPlace[], after: ListPlace | undefined, count: number): ListPlace[] {
  const sorted = all.toSorted(comparePlaces);
  return sorted.filter((other) => after === undefined || comparePlaces(other, after) > 0).slice(0, count);
}

const idsOf = (streams: readonly { readonly id: string }[]) => streams.map(({ id }) => id);

describe('readList', () => {
  it('looks up those of the page alone, of 10,000', async () => {
    const source = new CountingSource({ listed: places(0, 10_000) });
    const page = await readList(source, { limit: 100, after: place(5_000) });
    expect(idsOf(page.streams)).toEqual(idsOf(places(4_900, 100).toReversed()));
    expect([source.looked.length, page.next]).toEqual([100, place(4_900)]);
  });

  it('looks up a long page in parts, so that others have their turn', async () => {
    const source = new CountingSource({ listed: places(0, 10_000) });
    expect((await readList(source, { limit: 1_000 })).streams).toHaveLength(1_000);
    expect([source.looked.length, source.most]).toEqual([1_000, 100]);
  });

  it('merges what is here and what is listed, each once', async () => {
    const source = new CountingSource({ here: [place(5), place(3)], listed: [place(4), place(3), place(1)] });
    const first = await readList(source, { limit: 3 });
    expect([idsOf(first.streams), first.next]).toEqual([idsOf([place(5), place(4), place(3)]), place(3)]);
    const last = await readList(source, { limit: 3, after: first.next });
    expect([idsOf(last.streams), last.next]).toEqual([idsOf([place(1)]), undefined]);
  });

  it('fills a page behind streams that are gone, and has them forgotten', async () => {
    const gone = idsOf(places(10, 50));
    const source = new CountingSource({ listed: places(0, 60) }, (id) => !gone.includes(id));
    const page = await readList(source, { limit: 5 });
    expect(idsOf(page.streams)).toEqual(idsOf(places(5, 5).toReversed()));
    expect(source.forgotten.toSorted()).toEqual(gone);
  });

  it('gives a shorter page, and where it continues, rather than look up thousands that are gone', async () => {
    const source = new CountingSource({ listed: places(0, 10_000) }, (id) => Number(id) < 8_500);
    const first = await readList(source, { limit: 100 });
    expect([first.streams, source.looked.length]).toEqual([[], 1_000]);
    const second = await readList(source, { limit: 100, after: first.next });
    expect(idsOf(second.streams)).toEqual(idsOf(places(8_400, 100).toReversed()));
  });
});
