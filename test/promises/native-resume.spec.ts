import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { hostKinds } from '../support/hosts.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

describe.each(hostKinds)('coming back to /stream on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  const idsOf = async () => {
    const answer = await ask(`${suite.host.url}/stream?content=Hi`);
    return (await answer.events()).map(({ id }) => id ?? '');
  };

  it.each(['header', 'query'])('with the final id in the %s is 204', async (place) => {
    const id = (await idsOf()).at(-1) ?? '';
    const answer =
      place === 'header'
        ? await ask(`${suite.host.url}/stream?content=Hi`, { headers: { 'last-event-id': id } })
        : await ask(`${suite.host.url}/stream?content=Hi&lastEventId=${id}`);
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
    expect(suite.upstream.requests).toHaveLength(1);
  });

  it('with the id of a failure is 204', async () => {
    suite.upstream.next(streams('one two').after(1).thenCuts());
    const id = (await idsOf()).at(-1) ?? '';
    const answer = await ask(`${suite.host.url}/stream?content=Hi`, { headers: { 'last-event-id': id } });
    expect(answer.status).toBe(204);
    expect(suite.upstream.requests).toHaveLength(1);
  });

  it.each(['GET', 'POST'])(
    'with an id from the middle is failed, stream-gone, and no second question by %s',
    async (method) => {
      const [first = ''] = await idsOf();
      const answer = await ask(`${suite.host.url}/stream?content=Hi`, {
        method,
        headers: { 'last-event-id': first },
        ...(method === 'POST' && { body: { content: 'Hi' } }),
      });
      expect(answer.status).toBe(200);
      const [event, ...others] = await answer.events();
      expect(others).toEqual([]);
      expect(event).toMatchObject({ event: 'failed', id: first.replace(/\.0$/, '.1.end') });
      expect(JSON.parse(event?.data ?? '')).toMatchObject({ code: 'stream-gone', retryable: false });
      expect(suite.upstream.requests).toHaveLength(1);
    },
  );

  it('with an id that nobody gave is 400', async () => {
    const answer = await ask(`${suite.host.url}/stream?content=Hi`, { headers: { 'last-event-id': '42' } });
    expect(answer.status).toBe(400);
    expect(suite.upstream.requests).toHaveLength(0);
  });
});

describe.each(hostKinds)('a slow first token on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, {}, { headWaitMs: 30, heartbeatMs: 20 }),
  }));

  it('gives the client an id and heartbeats of one line before any content', async () => {
    const gate = new Gate();
    suite.upstream.next(streams('one').after(0).thenHolds(gate.opened));
    const answer = await ask(`${suite.host.url}/stream?content=Hi`);
    await answer.until((received) => received.split(': ping\n').length > 2);
    gate.open();
    const text = await answer.text();
    expect(text).toMatch(/^data: \{"delta":""\}\nid: [\w-]+\.0\n\n(: ping\n)+data: \{"delta":"one"\}\n/);
    expect(text).not.toMatch(/: ping\n\n|^\n|\n\n\n/);
  });

  it('tells of a failure after the head in the stream', async () => {
    const gate = new Gate();
    suite.upstream.next(streams('one').after(0).thenHolds(gate.opened).thenCuts());
    const answer = await ask(`${suite.host.url}/stream?content=Hi`);
    gate.open();
    expect((await answer.events()).at(-1)).toMatchObject({ event: 'failed' });
  });
});
