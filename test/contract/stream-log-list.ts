import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListPlace } from '../../src/stream-log/list-place.js';
import type { StreamLog, StreamPage } from '../../src/stream-log/stream-log.js';
import { ROOMY, type CreatedLog, type CreateLog } from './created-log.js';
import { LogReader } from './log-reader.js';
import { WrittenStream } from './written-stream.js';

const idsOf = (streams: readonly { readonly id: string }[]) => streams.map(({ id }) => id);

/** How every StreamLog lists. */
export function streamLogList(name: string, create: CreateLog): void {
  describe(`${name}, asked for pages of a list,`, () => {
    let created: CreatedLog;
    let elsewhere: StreamLog;
    beforeEach(async () => {
      created = await create(ROOMY);
      elsewhere = created.reader ?? created.log;
    });
    afterEach(() => created.close());

    const begin = async (fields: ConstructorParameters<typeof WrittenStream>[1] = {}) => {
      const stream = new WrittenStream(created.log, fields).write();
      await new LogReader(elsewhere, stream.id, 0).until(stream.from(0));
      return stream;
    };
    const beginSome = async (count: number, fields = {}) => {
      const streams: WrittenStream[] = [];
      while (streams.length < count) streams.push(await begin(fields));
      return streams;
    };
    const behind = async (after: ListPlace) =>
      idsOf((await elsewhere.list('web', { limit: 5, after })).streams);
    /** Page by page to the end; `between` is called after each. */
    const walk = async (limit: number, between?: () => Promise<unknown>) => {
      const pages: string[][] = [];
      let after: ListPlace | undefined;
      do {
        const page: StreamPage = await elsewhere.list('web', { limit, after });
        pages.push(idsOf(page.streams));
        after = page.next;
        await between?.();
      } while (after !== undefined && pages.length < 50);
      return pages;
    };

    it('gives the newest first, and each once', async () => {
      const [a, b, c, d, e] = idsOf(await beginSome(5));
      await begin({ owner: 'other' });
      expect(await walk(2)).toEqual([[e, d], [c, b], [a]]);
      expect(await walk(5)).toEqual([[e, d, c, b, a]]);
      expect(await elsewhere.list('nobody', { limit: 5 })).toEqual({ streams: [], next: undefined });
    });

    it('gives each once that began in one millisecond', async () => {
      const streams = await beginSome(7, { startedAt: 1_000 });
      const [old, young] = [await begin({ startedAt: 999 }), await begin({ startedAt: 1_001 })];
      const pages = await walk(2);
      expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 2, 1]);
      expect(pages.flat()).toEqual([young.id, ...idsOf(streams).toReversed(), old.id]);
    });

    it('leaves out none and gives none twice while streams begin and end', async () => {
      const streams = await beginSome(9);
      const pages = await walk(2, async () => {
        await begin();
        streams.shift()?.end();
      });
      expect(pages.flat()).toEqual(idsOf(await allOf(pages)));
      expect(new Set(pages.flat()).size).toBe(9);
    });

    it('gives an earlier one its place that becomes known later', async () => {
      const [a, b, c] = await beginSome(3);
      const { streams, next } = await elsewhere.list('web', { limit: 1 });
      expect(idsOf(streams)).toEqual([c?.id]);
      const late = await begin({ startedAt: (b?.card.startedAt ?? 0) - 0.5 });
      const rest = await elsewhere.list('web', { limit: 5, after: next });
      expect(idsOf(rest.streams)).toEqual([b?.id, late.id, a?.id]);
    });

    it('continues behind a place at which there is no stream', async () => {
      const [a, b, c] = await beginSome(3);
      const id = b?.id ?? '';
      const startedAt = b?.card.startedAt ?? 0;
      expect(await behind({ id, startedAt })).toEqual([a?.id]);
      expect(await behind({ id: `${id}0`, startedAt })).toEqual([b?.id, a?.id]);
      expect(await behind({ id, startedAt: startedAt + 10 })).toEqual([c?.id, b?.id, a?.id]);
      expect(await behind({ id, startedAt: 0 })).toEqual([]);
    });

    it('gives the streams of one owner, running ones and those that are over', async () => {
      const streams: WrittenStream[] = [];
      for (const owner of ['web', 'other', 'web', 'web']) streams.push(await begin({ owner }));
      streams[2]?.end();
      if (streams[2] !== undefined) await new LogReader(elsewhere, streams[2].id, 0).ended;
      const { streams: list } = await elsewhere.list('web', { limit: 10 });
      expect(list.map(({ id }) => id)).toEqual([streams[3]?.id, streams[2]?.id, streams[0]?.id]);
      expect(list.map(({ state }) => state)).toEqual(['running', 'over', 'running']);
    });

    const allOf = async (pages: readonly string[][]) => {
      const { streams } = await elsewhere.list('web', { limit: 50 });
      const listed = new Set(pages.flat());
      return streams.filter((stream) => listed.has(stream.id));
    };
  });
}
