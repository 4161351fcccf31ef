import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { parseEvents } from '../support/http-client.js';
import { textOf } from '../support/random-answer.js';
import { ask, begin, wholeOf, type Running } from '../support/running-stream.js';
import { eventsOf, hasRedis, ReplicaSuite, TEXT, WEB, WORDS } from '../support/replica-suite.js';
import type { Name } from '../support/replicas.js';
import { SOON } from '../support/soon.js';

const LEASE_MS = 2_000;
const EVENT_SOURCE = { accept: 'text/event-stream' };
/** Redis is waited for so long that two of its failures do not fit into the usual time. */
const PATIENT = { timeout: 40_000 };

/** That a reader elsewhere is told to come again. */
async function expectLater(suite: ReplicaSuite, { id, url }: Running): Promise<void> {
  const cursor = `${id}.4`;
  const [fetched, posted, shown] = await Promise.all([
    suite.ask('b', url),
    suite.ask('b', '/stream', { headers: { ...WEB, 'last-event-id': cursor }, body: { content: 'again' } }),
    suite.resume('b', cursor, EVENT_SOURCE),
  ]);
  for (const answer of [fetched, posted]) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ retryable: true });
  }
  expect(shown.status).toBe(200);
  expect(shown.headers['content-type']).toContain('text/event-stream');
  expect(await shown.text()).toMatch(/^retry: \d+\n/);
}

/** That who comes back to the replica that produces misses nothing. */
async function expectResumed(suite: ReplicaSuite, { id }: Running, count: number): Promise<void> {
  const again = await suite.resume('a', `${id}.4`);
  const events = await eventsOf(again, count - 5);
  expect(events.map((event) => event.id)).toEqual(events.map((_, at) => `${id}.${at + 5}`));
  again.leave();
}

/** That it is told, in the end, that the stream is gone. */
async function expectGone(suite: ReplicaSuite, { id, url }: Running): Promise<void> {
  await expect.poll(() => suite.status('b', url), SOON).toBe(410);
  const reported = await (await suite.resume('b', `${id}.4`, EVENT_SOURCE)).events();
  expect(reported).toHaveLength(1);
  expect(reported[0]).toMatchObject({ event: 'failed', data: expect.stringContaining('"stream-gone"') });
}

const isWaiting = async ({ elsewhere }: Running) =>
  (await Promise.race([elsewhere.over, delay(0, 'waits')])) === 'waits';
/** Until both replicas have Redis again. */
async function untilRedis(suite: ReplicaSuite): Promise<void> {
  for (const name of ['a', 'b'] as const) {
    await expect.poll(() => suite.status(name, '/v1/streams'), SOON).toBe(200);
  }
}

describe.skipIf(!hasRedis)('streams of which Redis', PATIENT, () => {
  const suite = new ReplicaSuite({ streamLog: { leaseMs: LEASE_MS } });
  beforeEach(() => untilRedis(suite));

  it('is frozen for longer than a lease: live readers feel nothing, and others have everything later', async () => {
    const [ending, going] = [await begin(suite), await begin(suite)];
    suite.redis.freeze();
    const frozenAt = performance.now();
    for (const _ of WORDS.slice(0, 3)) await ending.say();
    const whole = await wholeOf(ending.live);
    await going.say();
    await expectResumed(suite, ending, whole.length - 1);
    await expectResumed(suite, going, 20);
    const meanwhile = await ask(suite, 'a');
    await expectLater(suite, going);
    expect([await isWaiting(ending), await isWaiting(going)]).toEqual([true, true]);
    await expect.poll(() => performance.now() - frozenAt, SOON).toBeGreaterThan(LEASE_MS);
    suite.redis.thaw();
    expect(await wholeOf(ending.elsewhere)).toEqual(whole);
    await eventsOf(going.elsewhere, 20);
    for (const _ of WORDS.slice(0, 2)) await going.say();
    expect(await wholeOf(going.elsewhere)).toEqual(await wholeOf(going.live));
    expect(await wholeOf(await suite.resume('b', `${going.id}.4`))).toHaveLength(WORDS.length - 4);
    expect(await wholeOf(await suite.ask('b', meanwhile))).toHaveLength(WORDS.length + 1);
  });

  it('is away: EventSource comes again, and sees no empty event', async () => {
    const running = await begin(suite);
    await suite.redis.stop();
    const reported = await suite.resume('b', `${running.id}.4`, EVENT_SOURCE);
    // A blank line alone is an event without data for @microsoft/fetch-event-source, which asks in the same way.
    expect(await reported.text()).toMatch(/^retry: \d+\n$/);
  });

  it('is stopped and comes back empty: what ran is gone for others alone', async () => {
    const before = await ask(suite, 'a');
    await wholeOf(await suite.ask('b', before));
    const running = await begin(suite);
    await suite.redis.stop();
    await running.say();
    await expectResumed(suite, running, 20);
    await expectLater(suite, running);
    expect(await isWaiting(running)).toBe(true);
    const meanwhile = await ask(suite, 'a');
    await suite.redis.restart();
    await untilRedis(suite);
    await running.say();
    expect((await running.elsewhere.events()).at(-1)).toMatchObject({
      event: 'failed',
      data: expect.stringContaining('"stream-gone"'),
    });
    await expectGone(suite, running);
    expect(await suite.status('b', before)).toBe(404);
    await expectResumed(suite, running, 30);
    await running.say();
    await wholeOf(running.live);
    for (const path of [before, running.url]) await wholeOf(await suite.ask('a', path));
    await expect.poll(() => suite.status('b', meanwhile), SOON).toBe(200);
    await wholeOf(await suite.ask('b', meanwhile));
    await wholeOf(await suite.ask('b', await ask(suite, 'a')));
  });

  it('is emptied: what ran is gone for others alone', async () => {
    const [written, silent] = [await begin(suite), await begin(suite)];
    const before = await ask(suite, 'a');
    await wholeOf(await suite.ask('b', before));
    await suite.redis.flush();
    await written.say();
    for (const { elsewhere } of [written, silent]) {
      expect((await elsewhere.events()).at(-1)).toMatchObject({
        event: 'failed',
        data: expect.stringContaining('"stream-gone"'),
      });
    }
    await expectGone(suite, written);
    expect(await suite.status('b', before)).toBe(404);
    for (const running of [written, silent]) {
      await expectResumed(suite, running, 10);
      while (textOf(parseEvents(running.live.received)) !== TEXT) await running.say();
      await wholeOf(running.live);
      await wholeOf(await suite.ask('a', running.url));
      await expectGone(suite, running);
    }
    await wholeOf(await suite.ask('b', await ask(suite, 'a')));
  });

  it('is full for longer than a lease: others read what is there, and the rest when there is room', async () => {
    const running = await begin(suite);
    await suite.redis.fill();
    const fullAt = performance.now();
    await running.say();
    const meanwhile = await ask(suite, 'a');
    await expectResumed(suite, running, 20);
    const late = await suite.ask('b', running.url);
    await eventsOf(late, 10);
    await expect.poll(() => performance.now() - fullAt, SOON).toBeGreaterThan(LEASE_MS);
    expect(await isWaiting(running)).toBe(true);
    await suite.redis.makeRoom();
    await eventsOf(late, 20);
    for (const _ of WORDS.slice(0, 2)) await running.say();
    const whole = await wholeOf(running.live);
    for (const answer of [running.elsewhere, late]) expect(await wholeOf(answer)).toEqual(whole);
    await expect.poll(() => suite.status('b', meanwhile), SOON).toBe(200);
    await wholeOf(await suite.ask('b', meanwhile));
  });

  it('is full, and one outgrows what may wait: it is lost for others, and for them alone', async () => {
    const parts = Array.from({ length: 40 }, (_, at) => `${at} ${'x'.repeat(50_000)}`);
    const gate = new Gate();
    suite.upstream.next(
      streams(...parts)
        .after(2)
        .thenHolds(gate.opened),
    );
    const live = await suite.ask('a', '/stream?content=Hi');
    await eventsOf(live, 2);
    const id = String(live.headers['x-sluice-stream']);
    const elsewhere = await suite.ask('b', `/v1/streams/${id}`);
    await eventsOf(elsewhere, 2);
    await suite.redis.fill();
    gate.open();
    expect(textOf(await live.events())).toBe(parts.join(''));
    await suite.redis.makeRoom();
    expect((await elsewhere.events()).at(-1)).toMatchObject({
      event: 'failed',
      data: expect.stringContaining('"stream-gone"'),
    });
    const reported = await (await suite.resume('b', `${id}.1`, EVENT_SOURCE)).events();
    expect(reported).toMatchObject([{ event: 'failed', data: expect.stringContaining('"stream-gone"') }]);
    expect(textOf(await (await suite.resume('a', `${id}.4`)).events())).toBe(parts.slice(5).join(''));
  });

  it('breaks off all connections, again and again: nobody misses anything, nor what was stopped meanwhile', async () => {
    const [running, stopped] = [await begin(suite), await begin(suite)];
    const breakOff = async () => {
      for (const type of ['normal', 'pubsub']) await suite.redis.command('CLIENT', 'KILL', 'TYPE', type);
    };
    for (const _ of WORDS.slice(0, 3)) {
      await breakOff();
      await running.say();
      await eventsOf(running.elsewhere, parseEvents(running.live.received).length - 1);
    }
    expect(await wholeOf(running.elsewhere)).toEqual(await wholeOf(running.live));
    await breakOff();
    const stop = () => suite.status('b', stopped.url, { method: 'DELETE' });
    await expect.poll(stop, SOON).toBe(204);
    for (const answer of [stopped.live, stopped.elsewhere]) {
      expect((await answer.events()).at(-1)).toMatchObject({
        event: 'failed',
        data: expect.stringContaining('"cancelled"'),
      });
    }
  });
});

describe.skipIf(!hasRedis)('streams of which Redis is slow', () => {
  const suite = new ReplicaSuite({}, { delayMs: 100 });

  it('are as fast as without it where they are produced, and whole elsewhere', async () => {
    const running = await begin(suite);
    for (const _ of WORDS.slice(0, 3)) await running.say();
    const whole = await wholeOf(running.live);
    const early = parseEvents(running.elsewhere.received);
    expect(early.length).toBeLessThan(whole.length);
    expect(await wholeOf(running.elsewhere)).toEqual(whole);
    expect(await wholeOf(await suite.resume('b', `${running.id}.4`))).toEqual(whole.slice(5));
  });
});

describe.skipIf(!hasRedis)('streams of replicas that start without Redis', () => {
  const suite = new ReplicaSuite({}, { withoutRedis: true });

  it('are served, and read and stopped elsewhere as soon as it is there', async () => {
    for (const name of ['a', 'b'] as const) await ask(suite, name);
    const lines = (name: Name, start: string) =>
      suite.replicas[name].line(({ msg }) => String(msg).startsWith(start));
    await lines('a', 'The stream log lost Redis');
    await suite.redis.restart();
    await suite.replicas.haveRedis();
    const path = await ask(suite, 'a');
    await wholeOf(await suite.ask('b', path));
    const running = await begin(suite);
    expect(await suite.status('b', running.url, { method: 'DELETE' })).toBe(204);
    for (const answer of [running.live, running.elsewhere]) {
      expect((await answer.events()).at(-1)).toMatchObject({
        event: 'failed',
        data: expect.stringContaining('"cancelled"'),
      });
    }
    const count = suite.replicas.a.lines.filter(({ msg }) => String(msg).startsWith('The stream log lost'));
    expect(count).toHaveLength(1);
  });
});
