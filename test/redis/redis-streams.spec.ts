import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { parseEvents } from '../support/http-client.js';
import { readAtPace } from '../support/paced-reader.js';
import { textOf } from '../support/random-answer.js';
import { eventsOf, hasRedis, OTHER, ReplicaSuite, TEXT, WEB, WORDS } from '../support/replica-suite.js';
import { SOON } from '../support/soon.js';

const MANY = Array.from({ length: 20 }, (_, index) => index);
/** Where a stream is produced, and where it is read. */
const ways = [['a', 'b'] as const, ['b', 'a'] as const] as const;
const wayOf = (index: number) => (index % 2 === 0 ? ways[0] : ways[1]);

describe.skipIf(!hasRedis)('a stream of one replica', () => {
  const suite = new ReplicaSuite();

  it('is read on the other one as soon as it is started', async () => {
    suite.upstream.answers(streams(...WORDS));
    const texts = await Promise.all(
      MANY.map(async (index) => {
        const [here, there] = wayOf(index);
        const { url } = await suite.start(here);
        const answer = await suite.ask(there, url);
        return answer.status === 200 ? textOf(await answer.events()) : answer.status;
      }),
    );
    expect(texts).toEqual(MANY.map(() => TEXT));
    expect(suite.upstream.requests).toHaveLength(MANY.length);
  });

  it('is resumed on the other one as soon as its reader is cut off', async () => {
    suite.holdAfter(1);
    const resumed = await Promise.all(
      MANY.map(async (index) => {
        const [here, there] = wayOf(index);
        const first = await suite.ask(here, '/stream?content=Hi');
        const [seen] = await eventsOf(first, 1);
        first.leave();
        return { seen, again: await suite.resume(there, seen?.id ?? '') };
      }),
    );
    suite.release();
    for (const { seen, again } of resumed) {
      const rest = await again.events();
      expect(rest.at(-1)).toMatchObject({ event: 'done' });
      expect(textOf([...(seen === undefined ? [] : [seen]), ...rest])).toBe(TEXT);
    }
    expect(suite.upstream.requests).toHaveLength(MANY.length);
  });

  it('is listed, waited for and given as JSON by the other one', async () => {
    suite.holdAfter(3);
    const { id, url, resultUrl } = await suite.start('a');
    await eventsOf(await suite.ask('b', url), 3);
    const list = async (headers = WEB) => (await suite.ask('b', '/v1/streams', { headers })).json();
    const containing = (state: string) => ({
      data: expect.arrayContaining([expect.objectContaining({ id, state })]),
    });
    expect(await list()).toMatchObject(containing('running'));
    expect(await list(OTHER)).toEqual({ data: [] });
    expect(await (await suite.ask('b', resultUrl)).json()).toMatchObject({ id, state: 'running' });
    const result = suite.ask('b', `${resultUrl}?wait=10`);
    suite.release();
    const whole = await (await result).json();
    expect(whole).toMatchObject({ state: 'over', text: TEXT, finishReason: 'stop', error: null });
    expect(await (await suite.ask('a', resultUrl)).json()).toEqual(whole);
    expect(await list()).toMatchObject(containing('over'));
  });

  it('stands in the list before those that are older, whichever replica is asked', async () => {
    suite.upstream.answers(streams(...WORDS));
    const started: string[] = [];
    for (const name of ['a', 'b', 'b', 'a'] as const) started.unshift((await suite.start(name)).id);
    for (const name of ['a', 'b'] as const) {
      const latest = async () => {
        const { data } = (await (await suite.ask(name, '/v1/streams')).json()) as { data: { id: string }[] };
        return data.slice(0, started.length).map(({ id }) => id);
      };
      await expect.poll(latest, SOON).toEqual(started);
    }
  });

  it('is read with its ticket on the other one', async () => {
    suite.upstream.answers(streams(...WORDS));
    const { url, ticket } = await suite.start('a');
    const answer = await suite.ask('b', `${url}?ticket=${ticket}`, { headers: {} });
    expect(textOf(await answer.events())).toBe(TEXT);
    expect(await suite.status('b', `${url}?ticket=${ticket}x`, { headers: {} })).toBe(401);
    expect(await suite.status('b', url, { headers: {} })).toBe(401);
  });

  it('is no other owner’s on either', async () => {
    suite.holdAfter(2);
    const { url, resultUrl } = await suite.start('a');
    const reader = await suite.ask('b', url);
    await eventsOf(reader, 2);
    for (const name of ['a', 'b'] as const) {
      for (const path of [url, resultUrl]) {
        expect(await suite.status(name, path, { headers: OTHER })).toBe(404);
      }
      expect(await suite.status(name, url, { headers: OTHER, method: 'DELETE' })).toBe(404);
    }
    suite.release();
    expect((await reader.events()).at(-1)).toMatchObject({ event: 'done' });
  });

  it('is not found by cursors that nobody gave', async () => {
    suite.holdAfter(2);
    const [{ id, url }, other] = [await suite.start('a'), await suite.start('a')];
    await eventsOf(await suite.ask('b', url), 2);
    for (const cursor of ['nonsense', `${other.id}.1`, `${id}.-1`, `${id}.1.5`, `${id}.`]) {
      const headers = { ...WEB, 'last-event-id': cursor };
      expect({ cursor, status: await suite.status('b', url, { headers }) }).toEqual({ cursor, status: 400 });
    }
    expect(await suite.status('b', '/v1/streams/01a207fd-d546-762d-b935-295aabf4c0d7')).toBe(404);
  });
});

describe.skipIf(!hasRedis)('the readers of a stream on the other replica', () => {
  const suite = new ReplicaSuite();

  it('are many, join at any position, and slow nobody', async () => {
    suite.holdAfter(20);
    const { id, url } = await suite.start('a');
    const first = await suite.ask('a', url);
    const events = await eventsOf(first, 20);
    const slow = readAtPace(suite.replicas.b.url, { path: url, headers: WEB }, 4_000);
    const before = await suite.redis.commandCount('xrange');
    const startedAt = performance.now();
    const joined = await Promise.all(
      MANY.map(async (from) => {
        const headers = from === 0 ? WEB : { ...WEB, 'last-event-id': `${id}.${from - 1}` };
        return { from, answer: await suite.ask('b', url, { headers }) };
      }),
    );
    for (const { from, answer } of joined) await eventsOf(answer, 20 - from);
    suite.release();
    const whole = await first.events();
    for (const { from, answer } of joined) expect(await answer.events()).toEqual(whole.slice(from));
    // One looks for all, every 50 ms.
    const polls = (performance.now() - startedAt) / 50;
    expect((await suite.redis.commandCount('xrange')) - before).toBeLessThan(polls + MANY.length);
    expect(parseEvents(await slow)).toEqual(whole);
    expect(whole.slice(0, 20)).toEqual(events);
    expect(textOf(whole)).toBe(TEXT);
    expect(suite.upstream.requests).toHaveLength(1);
  });

  it('see with all others the same end when one of them stops it, and the upstream is closed at once', async () => {
    const tookMs: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      suite.holdAfter(3);
      const { id, url } = await suite.start('a');
      const readers = await Promise.all([suite.ask('a', url), suite.ask('b', url), suite.ask('b', url)]);
      for (const reader of readers) await eventsOf(reader, 3);
      const requestedAt = performance.now();
      expect(await suite.status('b', url, { method: 'DELETE' })).toBe(204);
      const { complete, at: closedAt } = await suite.upstream.lastRequest.closed;
      expect(complete).toBe(false);
      tookMs.push(closedAt - requestedAt);
      const [one, ...others] = await Promise.all(readers.map((reader) => reader.events()));
      expect(one?.at(-1)).toMatchObject({
        event: 'failed',
        data: expect.stringContaining('"cancelled"'),
      });
      for (const other of others) expect(other).toEqual(one);
      expect(await suite.ended('a', id)).toMatchObject({ outcome: 'cancelled' });
    }
    const slowestMs = Math.max(...tookMs);
    process.stderr.write(
      `A stop on the other replica closed the upstream after ${slowestMs.toFixed(1)} ms at most\n`,
    );
    expect(slowestMs).toBeLessThan(200);
  });

  it('stop one that runs on without any of them', async () => {
    suite.holdAfter(3);
    const requested = suite.upstream.nextRequest();
    const { url } = await suite.start('a');
    const request = await requested;
    expect(await suite.status('b', url, { method: 'DELETE' })).toBe(204);
    expect(await request.closed).toMatchObject({ complete: false });
    expect((await (await suite.ask('b', url)).events()).at(-1)).toMatchObject({ event: 'failed' });
  });
});
