import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { hostKinds } from '../support/hosts.js';
import { ask, parseEvents, type Answer } from '../support/http-client.js';
import { textOf } from '../support/random-answer.js';

const WORDS = ['one', ' two', ' three', ' four'];
const TEXT = WORDS.join('');

interface Started {
  readonly id: string;
  readonly url: string;
  readonly resultUrl: string;
  readonly ticket: string;
}

describe.each(hostKinds)('a stream that outlives its connection, on $name', (kind) => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.launch(['a'], { kind, route: GRACE, rest: { callers: CALLERS } });
  });
  afterAll(() => fleet.stop());

  const get = (path: string, headers: Record<string, string> = WEB) => ask(fleet.url + path, { headers });
  const start = async (body: object = { content: 'Hi', model: 'r' }): Promise<Started> => {
    const answer = await ask(`${fleet.url}/v1/streams`, { headers: WEB, body });
    expect(answer.status).toBe(202);
    return (await answer.json()) as Started;
  };

  it('is resumed where its reader was, and asks its upstream once', async () => {
    const gate = new Gate();
    fleet
      .at('a')
      .reset()
      .answers(
        streams(...WORDS)
          .after(2)
          .thenHolds(gate.opened),
      );
    const first = await get('/stream?content=Hi&model=r');
    const seen = await eventsOf(first, 2);
    first.leave();
    const again = get(`/stream?content=Hi&model=r`, { ...WEB, 'last-event-id': seen.at(-1)?.id ?? '' });
    gate.open();
    const rest = await (await again).events();
    expect(textOf([...seen, ...rest])).toBe(TEXT);
    expect(rest.at(-1)).toMatchObject({ event: 'done' });
    const ids = [...seen, ...rest].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(fleet.asked).toEqual([1]);
    const over = await get(`/stream?content=Hi&model=r`, { ...WEB, 'last-event-id': ids.at(-1) ?? '' });
    expect(over.status).toBe(204);
  });

  it('starts by itself, and is read by many, from any position', async () => {
    fleet
      .at('a')
      .reset()
      .answers(streams(...WORDS));
    const { id, url, resultUrl } = await start();
    const [one, two] = await Promise.all([get(url), get(url)]);
    expect(textOf(await one.events())).toBe(TEXT);
    expect(await two.text()).toBe(one.received);
    const late = await (await get(url, { ...WEB, 'last-event-id': `${id}.2` })).events();
    expect(textOf(late)).toBe(' three four');
    expect(await (await get(resultUrl)).json()).toMatchObject({
      id,
      state: 'over',
      text: TEXT,
      finishReason: 'stop',
      error: null,
    });
    expect(fleet.asked).toEqual([1]);
  });

  it('lists the streams of its caller alone, and is nobody else’s', async () => {
    fleet.at('a').reset();
    const { id, url, resultUrl } = await start();
    const list = (await (await get('/v1/streams')).json()) as { data: { id: string }[] };
    expect(list.data.map((stream) => stream.id)).toContain(id);
    expect(await (await get('/v1/streams', OTHER)).json()).toEqual({ data: [] });
    for (const path of [url, resultUrl]) expect((await get(path, OTHER)).status).toBe(404);
    expect((await ask(fleet.url + url, { method: 'DELETE', headers: OTHER })).status).toBe(404);
    expect((await get('/v1/streams/01a207fd-d546-762d-b935-295aabf4c0d7')).status).toBe(404);
    expect((await get(url, { ...WEB, 'last-event-id': 'nonsense' })).status).toBe(400);
  });

  it('is stopped for all of its readers, and closes its upstream', async () => {
    fleet
      .at('a')
      .reset()
      .answers(
        streams(...WORDS)
          .after(2)
          .thenStalls(),
      );
    const { url } = await start();
    const readers = await Promise.all([get(url), get(url)]);
    await Promise.all(readers.map((reader) => eventsOf(reader, 2)));
    const end = fleet.host.nextEnd();
    expect((await ask(fleet.url + url, { method: 'DELETE', headers: WEB })).status).toBe(204);
    for (const reader of readers) {
      expect((await reader.events()).at(-1)).toMatchObject({
        event: 'failed',
        data: expect.stringContaining('cancelled'),
      });
    }
    expect(await end).toMatchObject({ outcome: 'cancelled' });
    expect(await fleet.at('a').lastRequest.closed).toMatchObject({ complete: false });
  });

  it('is read with a ticket where no header can be sent', async () => {
    fleet
      .at('a')
      .reset()
      .answers(streams(...WORDS));
    const { url, ticket } = await start();
    const other = await start();
    expect(textOf(await (await get(`${url}?ticket=${ticket}`, {})).events())).toBe(TEXT);
    expect((await get(`${other.url}?ticket=${ticket}`, {})).status).toBe(401);
    expect((await get(`${url}?ticket=${ticket}x`, {})).status).toBe(401);
    expect((await get(url, {})).status).toBe(401);
  });

  it('ends with its caller where the caller asks for no grace', async () => {
    fleet
      .at('a')
      .reset()
      .answers(
        streams(...WORDS)
          .after(2)
          .thenStalls(),
      );
    const first = await get('/stream?content=Hi&model=r', { ...WEB, 'x-sluice-grace': '0' });
    await eventsOf(first, 2);
    const end = fleet.host.nextEnd();
    first.leave();
    expect(await end).toMatchObject({ outcome: 'client-gone' });
    expect((await get('/stream?content=Hi', { ...WEB, 'x-sluice-grace': 'soon' })).status).toBe(400);
  });

  it('is a chat completion too, where its caller asks for grace', async () => {
    fleet
      .at('a')
      .reset()
      .answers(streams(...WORDS));
    const body = { model: 'r', messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const first = await ask(`${fleet.url}/v1/chat/completions`, {
      headers: { ...WEB, 'x-sluice-grace': '5' },
      body,
    });
    const id = String(first.headers['x-sluice-stream']);
    const whole = await first.text();
    expect(await (await get(`/v1/streams/${id}`)).text()).toBe(whole);
    expect(await (await get(`/v1/streams/${id}/result`)).json()).toMatchObject({
      text: TEXT,
      finishReason: 'stop',
    });
  });
});

/** The first events of an answer, as soon as they are there. */
async function eventsOf(answer: Answer, count: number): Promise<ReturnType<typeof parseEvents>> {
  await answer.until((received) => parseEvents(received).length >= count);
  return parseEvents(answer.received).slice(0, count);
}

const WEB = { authorization: 'Bearer web-key-1' };
const OTHER = { authorization: 'Bearer other-key-1' };
const CALLERS = [
  { name: 'web', tenant: 'acme', key: 'web-key-1' },
  { name: 'other', key: 'other-key-1' },
];
