import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { refuses, type Script } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { startHost, hostKinds } from '../support/hosts.js';
import { ask, type Answer } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const SECRET = 'Welcome to the captive portal';
const HTML = `<!doctype html>\n<html><body>\n\n<h1>${SECRET}</h1>\n\n</body></html>\n`;

/** A page in place of an answer, as portals, load balancers and wrong URLs send it. */
function sendsHtml(status: number): Script {
  return refuses(status, { body: HTML, headers: { 'content-type': 'text/html' } });
}

/** Every way to ask: the formats, and the whole answer. */
const ways = [
  ...formats.map((format) => ({ name: format.name, askFor: (url: string) => format.ask(url) })),
  {
    name: 'a whole answer',
    askFor: (url: string) => ask(`${url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) }),
  },
];

describe.each(hostKinds)('no answer on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  let closedPort = 0;
  beforeAll(async () => {
    closedPort = await freePort();
  });

  describe.each(ways)('in $name', ({ name, askFor }) => {
    it.each([200, 500])('is 502 for a page with %d, and nothing of it leaks', async (status) => {
      suite.upstream.next(sendsHtml(status));
      const end = suite.host.nextEnd();
      const answer = await askFor(suite.host.url);
      expect(answer.status).toBe(502);
      await expectDialect(name, answer);
      expect(answer.received).not.toMatch(/captive|<html|<h1/);
      expect(JSON.stringify(answer.headers)).not.toContain('text/html');
      const { outcome, error } = await end;
      expect(['upstream-cut', 'upstream-error']).toContain(outcome);
      expect(error?.message).not.toContain(SECRET);
      expect(suite.host.open()).toBe(0);
    });

    it('is 502 for an upstream that refuses connections', async () => {
      const baseUrl = `http://127.0.0.1:${closedPort}/v1`;
      const host = await startHost(kind, { sluice: optionsFor(baseUrl) });
      const end = host.nextEnd();
      const answer = await askFor(host.url);
      expect(answer.status).toBe(502);
      expect(answer.headers['x-should-retry']).toBe('true');
      await expectDialect(name, answer);
      expect(await end).toMatchObject({ outcome: 'upstream-error', error: { code: 'upstream-unreachable' } });
      expect(host.open()).toBe(0);
      await host.stop();
    });
  });
});

describe.each(hostKinds)('an unknown model on $name', (kind) => {
  const routes = { known: { targets: [{ upstream: 'scripted', model: 'scripted-1' }] } };
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, {}, { routes }) }));
  const plain = { accept: 'text/plain' };

  it.each([
    { way: 'native', path: '/stream?content=Hi&model=unknown' },
    { way: 'plain text', path: '/stream?content=Hi&model=unknown', headers: plain },
    { way: 'native', path: '/stream', body: { content: 'Hi', model: 'unknown' } },
    { way: 'openai-chat', path: '/v1/chat/completions', body: chat('Hi', { model: 'unknown' }) },
    {
      way: 'a whole answer',
      path: '/v1/chat/completions',
      body: chat('Hi', { model: 'unknown', stream: false }),
    },
  ])('is 404 in $way at $path, and no upstream is asked', async ({ way, path, ...question }) => {
    const answer = await ask(suite.host.url + path, question);
    expect(answer.status).toBe(404);
    await expectDialect(way, answer);
    expect(answer.received).toMatch(/model[-_]not[-_]found|The model does not exist/);
    expect(suite.upstream.requests).toHaveLength(0);
    expect(suite.host.ended).toHaveLength(0);
  });
});

/** What the error body of each dialect looks like, whole. */
function bodyOf(way: string): { readonly type: RegExp; readonly body: RegExp } {
  const json = /^application\/json/;
  if (way === 'plain text') return { type: /^text\/plain/, body: /^[^{}<>]+$/ };
  if (way === 'native') {
    return { type: json, body: /^\{"code":"[a-z-]+","message":"[^"]+","retryable":(true|false)\}$/ };
  }
  const body = /^\{"error":\{"message":"[^"]+","type":"[a-z_]+","code":"[a-z_]+","param":null\}\}$/;
  return { type: json, body };
}

async function expectDialect(way: string, answer: Answer): Promise<void> {
  const { type, body } = bodyOf(way);
  expect(answer.headers['content-type']).toMatch(type);
  expect(await answer.text()).toMatch(body);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
