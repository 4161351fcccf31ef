import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { ServiceProcess } from '../support/service.js';
import { SOON } from '../support/soon.js';

const headers = { authorization: 'Bearer key-of-the-caller' };
/** Two such bodies fit, and a third does not. */
const CONTENT = 'x'.repeat(250_000);

let upstream: ScriptedUpstream;
let service: ServiceProcess;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  service = await ServiceProcess.start({
    OPENAI_BASE_URL: upstream.baseUrl,
    SLUICE_API_KEYS: 'key-of-the-caller',
    SLUICE_MAX_BODY_BYTES: '400000',
    SLUICE_MAX_BODY_BYTES_PER_CALLER: '600000',
  });
});
beforeEach(() => void upstream.reset());
afterAll(async () => {
  await service.stop();
  await upstream.stop();
});

const post = (path: string, more: Record<string, string> = {}, body: object = { content: CONTENT }) =>
  ask(service.url + path, { headers: { ...headers, ...more }, body });

/** What one more body is answered, several times: the service has seen by then who left before. */
async function oneMore(): Promise<number[]> {
  const statuses: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    const answer = await post('/stream', { 'x-sluice-grace': '0' });
    answer.leave();
    statuses.push(answer.status);
  }
  return [...new Set(statuses)];
}

const stop = (id: string) => ask(`${service.url}/v1/streams/${id}`, { method: 'DELETE', headers });

describe('the body of a request whose stream outlives it', () => {
  it('counts until a stream that runs by itself has ended', async () => {
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const ids = [];
    for (let started = 0; started < 2; started += 1) {
      const answer = await post('/v1/streams');
      ids.push(((await answer.json()) as { id: string }).id);
    }
    expect(await oneMore()).toEqual([429]);
    for (const id of ids) await stop(id);
    await expect.poll(oneMore, SOON).toEqual([200]);
  });

  it('counts until a stream whose client has left has ended', async () => {
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const ids = [];
    for (let started = 0; started < 2; started += 1) {
      const answer = await post('/stream', { 'x-sluice-grace': '30' });
      await answer.until((text) => text.includes('one'));
      ids.push(String(answer.headers['x-sluice-stream']));
      answer.leave();
    }
    expect(await oneMore()).toEqual([429]);
    for (const id of ids) await stop(id);
    await expect.poll(oneMore, SOON).toEqual([200]);
  });

  it('counts while others wait for the whole answer that it asked for', async () => {
    const gate = new Gate();
    upstream.next(streams('one').thenHolds(gate.opened)).answers(streams('one'));
    const question = chat(CONTENT, { stream: false });
    const asked = () => post('/v1/chat/completions', { 'idempotency-key': 'order-17' }, question);
    const leaver = new AbortController();
    const next = upstream.nextRequest();
    const first = fetch(`${service.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': 'order-17' },
      body: JSON.stringify(question),
      signal: leaver.signal,
    }).catch(() => 'left');
    await next;
    const second = asked();
    await expect.poll(oneMore, SOON).toEqual([429]);
    leaver.abort();
    expect(await first).toBe('left');
    expect(await oneMore()).toEqual([429]);
    gate.open();
    expect((await second).status).toBe(200);
    await expect.poll(oneMore, SOON).toEqual([200]);
  });
});
