import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { ALL, CHAT, fresh, GET, how, idOf, SharingFleet, UNREADABLE, WHOLE } from '../support/sharing.js';

const contains = (text: string) => (received: string) => received.includes(text);

describe('a request to a route that shares', () => {
  let sharing: SharingFleet;
  beforeAll(async () => {
    sharing = await SharingFleet.launch();
  });
  afterAll(() => sharing.stop());

  it.each(ALL)('has what its Cache-Control asks for: $name', async (way) => {
    const content = fresh();
    const control = async (value?: string, others: Record<string, string> = {}) => {
      const headers = { ...others, ...(value !== undefined && { 'cache-control': value }) };
      const answer = await sharing.send(way, content, headers);
      await answer.text();
      return { how: how(answer), id: idOf(answer) };
    };
    sharing.upstream();
    expect(await control('no-store')).toMatchObject({ how: undefined });
    const first = await control();
    expect(first.how).toBe('miss');
    expect(await control('no-store')).toMatchObject({ how: undefined });
    expect(await control()).toEqual({ how: 'hit', id: first.id });
    // As EventSource says it of every request.
    expect(await control('no-cache')).toEqual({ how: 'hit', id: first.id });
    const renewed = await control('no-cache', { 'x-sluice-share': 'true' });
    expect(renewed.how).toBe('miss');
    expect(await control()).toEqual({ how: 'hit', id: renewed.id });
    expect(sharing.asked).toBe(4);
  });

  it.each(ALL)('keeps its answer for itself where it asks for that: $name', async (way) => {
    const content = fresh();
    const own = { 'x-sluice-share': 'false' };
    sharing.upstream();
    const hows: unknown[] = [];
    for (const headers of [own, {}, own]) {
      const answer = await sharing.send(way, content, headers);
      await answer.text();
      hows.push(how(answer));
    }
    expect(hows).toEqual([undefined, 'miss', undefined]);
    expect(sharing.asked).toBe(3);
  });

  it.each(ALL)('is known by its Idempotency-Key alone if it has one: $name', async (way) => {
    const content = fresh();
    sharing.upstream();
    await (await sharing.send(way, content)).text();
    const keyed = await sharing.send(way, content, { 'idempotency-key': content.replace(' ', '-') });
    await keyed.text();
    expect([how(keyed), sharing.asked]).toEqual([undefined, 2]);
    expect(how(await sharing.send(way, content))).toBe('hit');
  });

  it.each([
    [GET, { code: 'invalid-request', message: 'x-sluice-share must be true or false', retryable: false }],
    [CHAT, { error: { type: 'invalid_request_error', message: 'x-sluice-share must be true or false' } }],
    [WHOLE, { error: { type: 'invalid_request_error', message: 'x-sluice-share must be true or false' } }],
  ])('is refused with 400 where x-sluice-share says something else: $name', async (way, body) => {
    const answer = await sharing.send(way, fresh(), UNREADABLE);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject(body);
  });

  it('is told of with how it was answered', async () => {
    const content = fresh();
    sharing.upstream();
    const before = sharing.fleet.told('cache-lookup').length;
    for (const way of [CHAT, CHAT, WHOLE, WHOLE]) await (await sharing.send(way, content)).text();
    const hows = ['miss', 'hit', 'miss', 'hit'];
    expect(sharing.fleet.told('cache-lookup').slice(before)).toEqual(
      hows.map((each) => ({ type: 'cache-lookup', route: 'r', status: each })),
    );
  });

  it('lets its stream continue for as long as any of its readers wants', async () => {
    const [content, gate] = [fresh(), new Gate()];
    sharing.upstream().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const first = await sharing.send(GET, content);
    const second = await sharing.send(GET, content, { 'x-sluice-grace': '30' });
    await Promise.all([first.until(contains('one')), second.until(contains('one'))]);
    second.leave();
    first.leave();
    await sharing.seen();
    const third = await sharing.send(GET, content);
    gate.open();
    expect([how(third), await third.text()]).toEqual(['shared', expect.stringContaining('event: done')]);
  });
});

describe('a request to a route that does not share', () => {
  it.each(ALL)('shares where it asks for that, with those that do: $name', async (way) => {
    const fleet = await Fleet.start(['a']);
    const content = fresh();
    const send = async (headers: Record<string, string>) => {
      const answer = await ask(fleet.url + way.path(content), { headers, body: way.body(content) });
      await answer.text();
      return how(answer);
    };
    const asking = { 'x-sluice-share': 'true' };
    expect([await send({}), await send({}), await send(asking)]).toEqual([undefined, undefined, 'miss']);
    expect([await send(asking), await send({})]).toEqual(['hit', undefined]);
    expect(fleet.asked).toEqual([4]);
  });
});
