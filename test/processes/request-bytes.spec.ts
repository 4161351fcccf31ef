import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost, type HostKind } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

const CHAT = '/v1/chat/completions';
const [fastify, express] = hostKinds as [HostKind, HostKind];

interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const host = (kind: HostKind, rawBody: boolean) => (baseUrl: string) =>
  startHost(kind, {
    rawBody,
    sluice: { upstreams: { a: { baseUrl } }, routes: { '*': { targets: [{ upstream: 'a' }] } } },
  });

/** Where the bytes of a request are known. */
const exact: [string, (baseUrl: string) => Promise<Running>][] = [
  [
    'the service',
    async (baseUrl) => {
      const service = await ServiceProcess.start({ OPENAI_BASE_URL: baseUrl });
      return { url: service.url, stop: () => service.stop() };
    },
  ],
  ['a Fastify host with rawBody', host(fastify, true)],
  ['an Express host with rawBody', host(express, true)],
];

/** With a member of each kind that reading and printing change. */
const odd = String.raw`"seed": 9007199254740993 ,"tools":[{"max":9223372036854775807,"a":{"x":-0,"x":1E5}}],"a":1e400, "b":1.0,"c":"\u00e9\ud800\/\u0000","2":0,"1":-0,"":0`;

function running(start: (baseUrl: string) => Promise<Running>) {
  const suite: { upstream?: ScriptedUpstream; app?: Running } = {};
  beforeAll(async () => {
    suite.upstream = await ScriptedUpstream.start();
    suite.app = await start(suite.upstream.baseUrl);
  });
  afterAll(async () => {
    await suite.app?.stop();
    await suite.upstream?.stop();
  });
  return {
    get upstream() {
      return suite.upstream as ScriptedUpstream;
    },
    get: (path: string) => ask(`${suite.app?.url ?? ''}${path}`),
    post: (path: string, body: string, headers: Record<string, string> = {}) =>
      ask(`${suite.app?.url ?? ''}${path}`, {
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
  };
}

describe.each(exact)('what a caller wrote, in %s', (_, start) => {
  const suite = running(start);

  it('arrives byte by byte, but for the model, in a whole answer', async () => {
    const body = `{ ${odd}, "model":"m", "messages":[{"role":"user","content":"Hi","n":1.0}] }`;
    expect((await suite.post(CHAT, body)).status).toBe(200);
    expect(suite.upstream.lastRequest.text).toBe(body);
  });

  it('arrives byte by byte, with the usage asked for, in a stream', async () => {
    const body = `{"stream":true,${odd},"messages":[{"role":"user","content":"Hi"}],"model":"m"}`;
    await (await suite.post(CHAT, body)).text();
    expect(suite.upstream.lastRequest.text).toBe(
      `${body.slice(0, -1)},"stream_options":{"include_usage":true}}`,
    );
  });

  it('arrives as parameters of a native question', async () => {
    await (await suite.post('/stream', `{"content":"Hi","model":"m",${odd}}`)).text();
    expect(suite.upstream.lastRequest.text).toContain(odd);
    expect(suite.upstream.lastRequest.body).toMatchObject({ model: 'm', temperature: 0.7 });
  });

  it('arrives byte by byte behind a byte order mark, which JSON must not begin with', async () => {
    const body = `{"model":"m",${odd},"messages":[{"role":"user","content":"Hi"}]}`;
    expect((await suite.post(CHAT, `\ufeff${body}`)).status).toBe(200);
    expect(suite.upstream.lastRequest.text).toBe(body);
  });

  it('arrives with the members of `stream_options` that nobody here knows', async () => {
    const body = `{"stream":true,"stream_options":{ "x": 1.0,"include_usage":true},"model":"m","messages":[{"role":"user","content":"Hi"}]}`;
    await (await suite.post(CHAT, body)).text();
    expect(suite.upstream.lastRequest.text).toBe(body);
  });

  it('is refused where a name stands twice', async () => {
    const before = suite.upstream.requests.length;
    const answer = await suite.post(CHAT, '{"model":"a","messages":[{"role":"user"}],"model":"b"}');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("'model' twice");
    expect(suite.upstream.requests).toHaveLength(before);
  });

  it.each([
    ['a body', () => suite.post('/stream', '{"content":"Hi","model":"a","model":"b"}')],
    ['a body, once escaped', () => suite.post('/stream', '{"content":"Hi","model":"a","mod\\u0065l":"b"}')],
    ['a query', () => suite.get('/stream?content=Hi&model=a&model=b')],
  ])('is refused where the model of a native question stands twice in %s', async (_where, send) => {
    const before = suite.upstream.requests.length;
    const answer = await send();
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('model');
    expect(suite.upstream.requests).toHaveLength(before);
  });

  it('is another request where another integer stands, however large', async () => {
    suite.upstream.answers(streams('one'));
    const requested = (seed: string) =>
      suite.post(
        CHAT,
        `{"stream":true,"seed":${seed},"model":"m","messages":[{"role":"user","content":"Hi"}]}`,
        {
          'idempotency-key': 'key-of-a-big-integer',
        },
      );
    await (await requested('9007199254740993')).text();
    expect((await requested('9007199254740992')).status).toBe(422);
    expect((await requested('9007199254740993')).status).toBe(200);
  });
});

describe('what a caller wrote, in the service', () => {
  const suite = running(exact[0]?.[1] as (baseUrl: string) => Promise<Running>);

  it('arrives under names that other parsers refuse', async () => {
    const body =
      '{"__proto__":{"a":1},"constructor":{"prototype":1},"model":"m","messages":[{"role":"user","__proto__":1}]}';
    expect((await suite.post(CHAT, body)).status).toBe(200);
    expect(suite.upstream.lastRequest.text).toBe(body);
  });

  it('arrives of a stream that runs by itself', async () => {
    const next = suite.upstream.nextRequest();
    const prompt = `{"dialect":"openai-chat","stream":true,${odd},"model":"m","messages":[{"role":"user","content":"Hi"}]}`;
    expect((await suite.post('/v1/streams', prompt)).status).toBe(202);
    expect((await next).text).toContain(odd);
  });
});

describe.each([fastify, express])('what a caller wrote, in a host on $name that keeps no bytes', (kind) => {
  const suite = running(host(kind, false));
  const requested = (fields: string) =>
    suite.post(CHAT, `{${fields},"model":"m","messages":[{"role":"user","content":"Hi"}]}`);

  it('arrives as it was read', async () => {
    expect((await requested('"seed":42,"top_p":0.5')).status).toBe(200);
    expect(suite.upstream.lastRequest.body).toMatchObject({ seed: 42, top_p: 0.5 });
  });

  it.each(['"seed":9007199254740993', '"a":1e400'])(
    'is refused where reading may have changed %s',
    async (field) => {
      const answer = await requested(field);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('beyond 2^53');
    },
  );
});
