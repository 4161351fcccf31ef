import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuses, streams } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { ask } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { startNginx, type Nginx } from '../support/nginx.js';
import { chat, refusedOptionsFor } from '../support/options.js';

const program = findProgram('nginx') ?? 'nginx';

describe.skipIf(findProgram('nginx') === undefined).each(clientKinds)('behind nginx, $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: refusedOptionsFor(baseUrl) }));
  let nginx: Nginx;

  beforeAll(async () => {
    nginx = await startNginx(program, suite.host.url);
  });
  afterAll(() => nginx.stop());

  it.each([
    { form: 'GET /stream', path: '/stream?content=Hi', question: {} },
    { form: 'POST /stream', path: '/stream', question: { body: { content: 'Hi' } } },
    {
      form: 'plain text',
      path: '/stream?content=Hi',
      question: { headers: { accept: 'text/plain' } },
    },
    { form: 'chat completions', path: '/v1/chat/completions', question: { body: chat('Hi') } },
  ])('lets the deltas of $form through one by one', async ({ path, question: body }) => {
    const answer = new HeldAnswer('eins', 'zwei', 'drei');
    suite.upstream.next(answer);
    const client = await ask(nginx.url + path, body);
    await client.until((received) => received.includes('eins'));
    expect(client.received).not.toContain('zwei');
    answer.release();
    await client.until((received) => received.includes('zwei'));
    expect(client.received).not.toContain('drei');
    answer.release();
    await client.until((received) => received.includes('drei'));
    answer.release();
    expect(await client.over).toBe(true);
  });

  it('passes statuses and Retry-After on', async () => {
    suite.upstream.next(refuses(429, { headers: { 'retry-after': '7' } }));
    const { status, headers } = await ask(`${nginx.url}/stream?content=Hi`);
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('7');
  });

  it('closes the upstream when the client leaves', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenStalls());
    const end = suite.host.nextEnd();
    const client = await ask(`${nginx.url}/stream?content=Hi`);
    await client.until((received) => received.includes('one'));
    client.leave();
    expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
    expect(await end).toMatchObject({ outcome: 'client-gone' });
  });

  it('breaks plain text off when the upstream is cut, though nginx asks with HTTP/1.0', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenCuts());
    const client = await ask(`${nginx.url}/stream?content=Hi`, { headers: { accept: 'text/plain' } });
    expect(await client.over).toBe(false);
    expect(client.received).toBe('one');
  });

  it('tells the openai client of a cut', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenCuts());
    const openai = new OpenAI({ baseURL: `${nginx.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const reading = openai.chat.completions
      .stream({ model: 'scripted-1', messages: [{ role: 'user', content: 'Hi' }] })
      .finalContent();
    await expect(reading).rejects.toMatchObject({ code: 'upstream_cut' });
  });
});
