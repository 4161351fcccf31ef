import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams, type Script } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { Answer, ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';
import { receivedText } from '../support/received-text.js';
import { ServiceProcess } from '../support/service.js';

const MIB = 1024 * 1024;

describe.each(hostKinds.filter(({ loaded }) => !loaded))('an event of 10 MB on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  const text = `start é…🌊 ${'0123456789'.repeat(MIB)} end`;

  it.each(formats)('passes whole in $name', async ({ name, ask: askFormat }) => {
    suite.upstream.next(streams('one', text, 'three'));
    const end = suite.host.nextEnd();
    const body = await (await askFormat(suite.host.url)).text();
    expect(receivedText(name, body) === `one${text}three`).toBe(true);
    expect((await end).outcome).toBe('finished');
  });

  it('passes byte for byte to a chat completion that asked for its usage', async () => {
    const script = streams('one', text, 'three');
    suite.upstream.next(script);
    const body = chat('Hi', { stream_options: { include_usage: true } });
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, { body });
    const received = await answer.text();
    expect(received === bytesOf(script)).toBe(true);
  });
});

describe('large requests to the service', () => {
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
  });
  afterAll(async () => {
    await service.stop();
    await upstream.stop();
  });

  it.each(['/stream', '/v1/chat/completions'])('pass 100,000 messages on unchanged at %s', async (path) => {
    const messages = Array.from({ length: 100_000 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `${index} é🌊`,
    }));
    const answer = await ask(service.url + path, { body: { model: 'm', messages, stream: true } });
    expect(answer.status).toBe(200);
    expect(await answer.over).toBe(true);
    const { body } = upstream.lastRequest;
    expect(JSON.stringify(Reflect.get(Object(body), 'messages')) === JSON.stringify(messages)).toBe(true);
  });

  describe.each([
    { path: '/stream', told: { code: 'request-too-large', retryable: false } },
    {
      path: '/v1/chat/completions',
      told: { error: { code: 'request_too_large', type: 'invalid_request_error' } },
    },
  ])('of 20 MB at $path', ({ path, told: reported }) => {
    const body = Buffer.from(JSON.stringify(chat('x'.repeat(20 * MIB))));

    it.each([
      { how: 'with its length', headers: { 'content-length': String(body.length) } },
      { how: 'in chunks', headers: { 'transfer-encoding': 'chunked' } },
    ])('are 413 in the path’s dialect when the body comes $how', async ({ headers }) => {
      const sent = httpRequest(service.url + path, {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-type': 'application/json' },
      });
      const answer = await answerWhileSending(sent, body);
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.received)).toMatchObject(reported);
      expect((await ask(`${service.url}/healthz`)).status).toBe(200);
      expect(await (await ask(`${service.url}/stream?content=Hi`)).over).toBe(true);
    });
  });
});

/** Sends the body for as long as somebody takes it. That it breaks off is no matter once the answer is there. */
async function answerWhileSending(sent: ClientRequest, body: Buffer): Promise<Answer> {
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.on('error', () => undefined).end(body);
  const answer = new Answer((await answered)[0]);
  await answer.over;
  return answer;
}

function bytesOf(script: Script): string {
  const request = { streaming: true, includeUsage: true, model: 'scripted-1', question: 'Hi' };
  return script
    .steps(request)
    .map((step) => (step.do === 'write' ? step.bytes.toString() : ''))
    .join('');
}
