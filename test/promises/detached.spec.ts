import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { textOf } from '../support/random-answer.js';
import { SOON } from '../support/soon.js';

const WORDS = ['one', ' two', ' three'];
const BODY = { content: 'Hi', model: 'r' };
const KEYED = { 'idempotency-key': 'the-key-of-order-17' };

interface Started {
  readonly id: string;
  readonly url: string;
}

describe.each(hostKinds)('a stream that needs no connection, on $name', (kind) => {
  const launch = async (route: object = GRACE) => {
    const fleet = await Fleet.start(['a'], { kind, route });
    const start = (headers: Record<string, string> = {}, body: object = BODY) =>
      ask(`${fleet.url}/v1/streams`, { headers, body });
    const started = async (headers?: Record<string, string>) =>
      (await (await start(headers)).json()) as Started;
    return { fleet, start, started };
  };

  it('is the one of before where it is requested again with its key', async () => {
    const { fleet, start, started } = await launch();
    const gate = new Gate();
    fleet.at('a').answers(
      streams(...WORDS)
        .after(1)
        .thenHolds(gate.opened),
    );
    const first = await started(KEYED);
    const again = await started(KEYED);
    expect(again.id).toBe(first.id);
    expect((await start(KEYED, { ...BODY, content: 'Bye' })).status).toBe(422);
    gate.open();
    expect(textOf(await (await ask(fleet.url + first.url)).events())).toBe(WORDS.join(''));
    expect((await started(KEYED)).id).toBe(first.id);
    expect((await started()).id).not.toBe(first.id);
    await expect.poll(() => fleet.asked, SOON).toEqual([2]);
  });

  it('is stopped by a client that names a media type for no body', async () => {
    const { fleet, started } = await launch();
    fleet.at('a').answers(
      streams(...WORDS)
        .after(1)
        .thenStalls(),
    );
    const { url } = await started();
    const headers = { 'content-type': 'application/json' };
    expect((await ask(fleet.url + url, { method: 'DELETE', headers })).status).toBe(204);
    await expect.poll(() => holdings(fleet.host.app), SOON).toMatchObject(NOTHING);
  });

  it.runIf(kind.adapter === 'fastify').each([
    ['malformed JSON', 'application/json', '{"a":'],
    ['another media type', 'text/csv', 'a,b'],
    ['more than is read', 'application/json', ' '.repeat(2_000_000)],
  ])('is stopped whatever body comes along: %s', async (_, type, body) => {
    const { fleet, started } = await launch();
    fleet.at('a').answers(
      streams(...WORDS)
        .after(1)
        .thenStalls(),
    );
    const { url } = await started();
    const headers = { 'content-type': type, 'content-length': String(body.length) };
    const stopped = await ask(fleet.url + url, { method: 'DELETE', headers, body });
    expect(stopped.status).toBe(204);
    await expect.poll(() => holdings(fleet.host.app), SOON).toMatchObject(NOTHING);
  });

  it('does not begin where its caller has left before it had an id', async () => {
    const { fleet, start } = await launch({ ...GRACE, maxConcurrent: 1, queueTimeoutMs: 60_000 });
    fleet.at('a').next(streams('one').after(0).thenStalls());
    const first = await start();
    const waiting = askAndLeave(`${fleet.url}/v1/streams`, { body: BODY });
    await expect.poll(() => holdings(fleet.host.app).queued, SOON).toBe(1);
    waiting.leave();
    await expect.poll(() => holdings(fleet.host.app).queued, SOON).toBe(0);
    const { url } = (await first.json()) as Started;
    expect((await ask(fleet.url + url, { method: 'DELETE' })).status).toBe(204);
    await expect.poll(() => holdings(fleet.host.app), SOON).toEqual(NOTHING);
    expect(fleet.asked).toEqual([1]);
  });

  it('has no reader in who asks for its head alone', async () => {
    const { fleet, started } = await launch();
    fleet.at('a').next(streams('one').after(0).thenStalls());
    const { url } = await started();
    const answer = await ask(fleet.url + url, { method: 'HEAD' });
    expect([answer.status, answer.received]).toEqual([405, '']);
    const place = await ask(`${fleet.url + url}?lastEventId=one&lastEventId=two`);
    expect(place.status).toBe(400);
  });

  it('is never begun by who comes back with two places', async () => {
    const { fleet } = await launch();
    const cursor = 'lastEventId=01a207fd-d546-762d-b935-295aabf4c0d7.1';
    for (const path of ['/stream?content=Hi&', '/v1/streams/01a207fd-d546-762d-b935-295aabf4c0d7?']) {
      expect((await ask(`${fleet.url}${path}${cursor}&${cursor}`)).status).toBe(400);
    }
    expect(fleet.asked).toEqual([0]);
  });
});
