import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeldAnswer } from '../support/held-answer.js';
import { parseEvents, type Answer } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { RedisServer } from '../support/redis-server.js';
import { Replicas } from '../support/replicas.js';
import {
  begin,
  chat,
  CONTINUING,
  deltasOf,
  idsOf,
  KEPT,
  kill,
  native,
  play,
  type Begun,
} from '../support/taking-over.js';
import { SOON } from '../support/soon.js';

const hasRedis = findProgram('redis-server') !== undefined;
/** For what a replica does in its own time. */

let redis: RedisServer;
beforeAll(async () => {
  if (hasRedis) redis = await RedisServer.start();
});
afterAll(() => redis?.close());

/** It has said two texts. */
function answer(): HeldAnswer {
  const held = new HeldAnswer('one', ' two', ' lost', ' never');
  held.release();
  return held;
}

describe.skipIf(!hasRedis)('readers that had more of a killed replica than Redis has', () => {
  let replicas: Replicas;
  let [inNative, inChat]: (Begun | undefined)[] = [];
  const waiting: Answer[] = [];

  beforeAll(async () => {
    replicas = await Replicas.start({ redisUrl: redis.url, file: CONTINUING });
    const answers = { native: answer(), chat: answer() };
    play(replicas, { native: { beginning: answers.native }, chat: { beginning: answers.chat } });
    inNative = await begin(replicas, native('native'));
    inChat = await begin(replicas, '/v1/chat/completions', chat('chat'));
    await redis.fill();
    for (const name of ['native', 'chat'] as const) answers[name].release();
    for (const { starter } of [inNative, inChat])
      await starter.until((received) => received.includes(' lost'));
    for (const headers of beyond())
      waiting.push(await replicas.ask('b', `/v1/streams/${headers.id}`, { headers: headers.headers }));
    await kill(replicas);
    await redis.makeRoom();
    for (const { elsewhere } of [inNative, inChat]) await elsewhere.over;
  }, 60_000);
  afterAll(() => replicas.stop());

  /** The cursor after ` lost`: of the role and two texts of a chat completion that is the fourth frame. */
  const beyond = () =>
    [
      [inNative?.id, 2],
      [inChat?.id, 3],
    ].map(([id, sequence]) => ({ id, headers: { 'last-event-id': `${id}.${sequence}` } }));

  it('are not given a text that does not follow what they have', async () => {
    expect(waiting).toHaveLength(2);
    for (const reader of waiting) {
      expect(await reader.over).toBe(true);
      const events = parseEvents(reader.received);
      expect(events).toHaveLength(1);
      expect(events[0]?.data).toMatch(/"stream[-_]gone"/);
    }
  });

  it('are told that the stream is gone when they come back', async () => {
    for (const { id, headers } of beyond())
      expect((await replicas.ask('b', `/v1/streams/${id}`, { headers })).status).toBe(410);
    const [ofNative, ofChat] = beyond();
    const events = await (
      await replicas.ask('b', native('again'), { headers: ofNative?.headers ?? {} })
    ).events();
    expect(events).toMatchObject([{ event: 'failed' }]);
    expect(events[0]?.data).toContain('stream-gone');
    const { headers } = ofChat ?? {};
    expect(
      (await replicas.ask('b', '/v1/chat/completions', { ...chat('x'), headers: { ...KEPT, ...headers } }))
        .status,
    ).toBe(410);
  });

  it('are the only ones: who had less gets the rest', async () => {
    const id = inNative?.id ?? '';
    const headers = { 'last-event-id': `${id}.1` };
    const text = await (await replicas.ask('b', `/v1/streams/${id}`, { headers })).text();
    expect(deltasOf(text)).toBe(' and more');
    expect(idsOf(text)).toEqual([`${id}.2.e2`, `${id}.3.e2`, `${id}.4.e2.end`]);
  });
});

describe.skipIf(!hasRedis)('a replica that was taken for dead and was not', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start({ redisUrl: redis.url, file: CONTINUING });
  });
  afterAll(() => replicas.stop());

  it('is shut out: it writes nothing more, and readers that come to it get what all others get', async () => {
    const first = new HeldAnswer('one', ' two', ' own', ' end');
    first.release();
    play(replicas, { zombie: { beginning: first } });
    const { id, starter, elsewhere } = await begin(replicas, native('zombie'));
    replicas.a.signal('SIGSTOP');
    const text = await elsewhere.text();
    expect(deltasOf(text)).toBe('one two and more');
    const retained = () =>
      Promise.all([
        redis.command('XRANGE', `sluice:{${id}}:log`, '-', '+'),
        redis.command('GET', `sluice:{${id}}:meta`),
      ]);
    const before = await retained();
    replicas.a.signal('SIGCONT');
    first.release();
    first.release();
    first.release();
    expect(deltasOf(await starter.text())).toBe('one two own end');
    const onA = async () => (await replicas.ask('a', `/v1/streams/${id}`)).text();
    await expect.poll(onA, SOON).toBe(text);
    expect(await retained()).toEqual(before);
    const headers = { 'last-event-id': `${id}.2.e2` };
    const rest = await (await replicas.ask('a', `/v1/streams/${id}`, { headers })).text();
    expect(deltasOf(rest)).toBe(' more');
  });
});
