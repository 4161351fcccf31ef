import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { textOf } from '../support/random-answer.js';
import { RedisServer } from '../support/redis-server.js';
import { eventsOf, hasRedis, TEXT, WORDS } from '../support/replica-suite.js';
import { ServiceProcess } from '../support/service.js';
import { fresh, how, idOf } from '../support/sharing.js';
import { SOON } from '../support/soon.js';

/** Connections are dealt out in turn: of two that follow each other, one comes to the worker that does not produce. */
const BOTH = [1, 2];

describe.skipIf(!hasRedis)('a service of two workers with Redis', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    service = await ServiceProcess.start({
      OPENAI_BASE_URL: upstream.baseUrl,
      SLUICE_WORKERS: '2',
      SLUICE_API_KEYS: 'caller-key-1',
      SLUICE_ANONYMOUS: 'true',
      REDIS_URL: redis.url,
    });
  });
  afterAll(async () => {
    await service.stop();
    await service.silent;
    await upstream.stop();
    await redis.close();
  });

  it('resumes and lists a stream in either', async () => {
    const held = new Gate();
    upstream.next(
      streams(...WORDS)
        .after(5)
        .thenHolds(held.opened),
    );
    const caller = { authorization: 'Bearer caller-key-1' };
    const first = await ask(`${service.url}/stream?content=Hi`, { headers: caller });
    const seen = await eventsOf(first, 2);
    first.leave();
    const headers = { ...caller, 'last-event-id': seen.at(-1)?.id ?? '' };
    const resumed = await Promise.all(BOTH.map(() => ask(`${service.url}/stream?content=Hi`, { headers })));
    await Promise.all(resumed.map((answer) => eventsOf(answer, 3)));
    const lists = () =>
      Promise.all(BOTH.map(async () => (await ask(`${service.url}/v1/streams`, { headers: caller })).json()));
    const listed = { data: [{ id: first.headers['x-sluice-stream'], state: 'running' }] };
    await expect.poll(lists, SOON).toMatchObject([listed, listed]);
    held.open();
    for (const answer of resumed) expect(textOf([...seen, ...(await answer.events())])).toBe(TEXT);
    expect(upstream.requests).toHaveLength(1);
  });

  it('stops a stream of one by the other', async () => {
    for (const index of BOTH) {
      upstream.next(streams('one', ' two').after(1).thenStalls());
      const running = await ask(`${service.url}/stream?content=Hi`);
      await eventsOf(running, 1);
      const path = `/v1/streams/${String(running.headers['x-sluice-stream'])}`;
      const stopped = await ask(service.url + path, { method: 'DELETE' });
      expect({ index, status: stopped.status }).toEqual({ index, status: 204 });
      expect((await running.events()).at(-1)).toMatchObject({ event: 'failed' });
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
    }
  });

  it.each([
    {
      asks: 'again with its key',
      headers: { 'idempotency-key': 'the-key-of-one-order' },
      ways: [undefined, undefined],
    },
    { asks: 'the same and shares', headers: { 'x-sluice-share': 'true' }, ways: ['miss', 'shared'] },
  ])('gives a stream that one produces to who asks $asks, in either', async ({ headers, ways }) => {
    const held = new Gate();
    upstream
      .reset()
      .next(
        streams(...WORDS)
          .after(5)
          .thenHolds(held.opened),
      )
      .answers(refuses(500));
    const content = fresh();
    const send = () => ask(`${service.url}/stream`, { headers, body: { content } });
    const first = await send();
    await eventsOf(first, 2);
    const others = await Promise.all(BOTH.map(send));
    await Promise.all(others.map((answer) => eventsOf(answer, 2)));
    held.open();
    for (const answer of [first, ...others]) expect(textOf(await answer.events())).toBe(TEXT);
    expect(others.map(idOf)).toEqual(BOTH.map(() => idOf(first)));
    expect([first, ...others].map(how)).toEqual([ways[0], ways[1], ways[1]]);
    expect(upstream.requests).toHaveLength(1);
  });
});
