import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LiveSettings,
  RelayService,
  type Dialect,
  type SluiceModuleOptions,
  type UpstreamDialect,
} from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ask, parseEvents } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { tiny } from '../support/tiny-dialect.js';
import { TinyUpstream } from '../support/tiny-upstream.js';

const [kind] = hostKinds;
const USAGE = { promptTokens: 3, completionTokens: 2, totalTokens: 5 };

/** One whose URL names the model of whole answers alone. */
const namedWhole: Dialect = {
  name: 'named-whole',
  upstream: {
    ...upstreamOf(tiny),
    name: 'named-whole',
    path: ({ model, streaming }) => (streaming ? '/any:stream' : `/models/${model}:whole`),
  },
};

function upstreamOf({ upstream }: Dialect): UpstreamDialect {
  if (upstream === undefined) throw new Error('The dialect faces no upstream');
  return upstream;
}

describe('a dialect of the host’s own', () => {
  let openai: ScriptedUpstream;
  let upstream: TinyUpstream;
  let host: Host;
  beforeAll(async () => {
    openai = await ScriptedUpstream.start();
    openai.answers(streams('Hello', ' you'));
    upstream = await TinyUpstream.start();
    const sluice: SluiceModuleOptions = {
      dialects: [tiny, namedWhole],
      upstreams: {
        tiny: { dialect: 'tiny', baseUrl: upstream.baseUrl, keys: ['tiny-key'] },
        whole: { dialect: 'named-whole', baseUrl: upstream.baseUrl, keys: ['tiny-key'] },
        openai: { baseUrl: openai.baseUrl, keys: ['openai-key'] },
      },
      routes: {
        tiny: { targets: [{ upstream: 'tiny', model: 'small' }] },
        'whole/*': { targets: [{ upstream: 'whole' }] },
        openai: { targets: [{ upstream: 'openai', model: 'm' }] },
      },
    };
    if (kind === undefined) throw new Error('There is no kind of host');
    host = await startHost(kind, { sluice });
  });
  afterAll(async () => {
    await host.stop();
    await upstream.stop();
    await openai.stop();
  });

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    ask(`${host.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const chat = (model: string, content: string, stream: boolean) =>
    post('/v1/chat/completions', {
      model,
      stream,
      stream_options: stream ? { include_usage: true } : undefined,
      messages: [{ role: 'user', content }],
    });
  const started = async (model: string, content: string, others: object = {}) => {
    const response = await post('/v1/streams', { dialect: 'tiny', model, ask: content, ...others });
    expect(response.status).toBe(202);
    return JSON.parse(await response.text()) as {
      id: string;
      url: string;
      resultUrl: string;
      ticket: string;
    };
  };

  it('is asked at the URL of its model, with its own header and body', async () => {
    await (await chat('tiny', 'Hi', true)).text();
    expect(upstream.requests.at(-1)).toEqual({
      url: '/models/small:stream',
      key: 'tiny-key',
      body: '{"ask":["Hi"]}',
    });
  });

  it('serves callers of the native dialect', async () => {
    const events = parseEvents(await (await ask(`${host.url}/stream?content=Hi&model=tiny`)).text());
    const [first, second, last] = events.map(({ data }) => JSON.parse(data) as unknown);
    expect([first, second, last]).toEqual([
      { delta: 'Hello' },
      { delta: ' you' },
      { finishReason: 'stop', usage: USAGE, model: null },
    ]);
  });

  it('serves callers of plain text', async () => {
    const headers = { accept: 'text/plain' };
    expect(await (await ask(`${host.url}/stream?content=Hi&model=tiny`, { headers })).text()).toBe(
      'Hello you',
    );
  });

  it('serves callers of chat completions with chunks, and never with its own bytes', async () => {
    const text = await (await chat('tiny', 'Hi', true)).text();
    const chunks = parseEvents(text).map(({ data }) => data);
    expect(chunks.at(-1)).toBe('[DONE]');
    const read = chunks.slice(0, -1).map((data) => JSON.parse(data) as Record<string, unknown>);
    expect(read.map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }],
      [{ index: 0, delta: { content: ' you' }, finish_reason: null }],
      [{ index: 0, delta: {}, finish_reason: 'stop' }],
      [],
    ]);
    expect(read.at(-1)).toMatchObject({ usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
    expect(new Set(read.map(({ id, object }) => `${String(id)} ${String(object)}`)).size).toBe(1);
  });

  it('serves callers of whole chat completions', async () => {
    const response = await chat('tiny', 'Hi', false);
    expect(response.headers['content-type']).toContain('application/json');
    expect(JSON.parse(await response.text())).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello you' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    expect(upstream.requests.at(-1)?.url).toBe('/models/small:whole');
  });

  it('is told as what it is where it refuses, in the caller’s dialect', async () => {
    const response = await chat('tiny', 'refuse', true);
    expect(response.status).toBe(422);
    expect(JSON.parse(await response.text())).toMatchObject({
      error: { message: expect.stringContaining('no such word') },
    });
  });

  it.each([true, false])(
    'is not asked what cannot be said in its words: a stream is wanted %s',
    async (stream) => {
      const before = upstream.requests.length;
      const messages = [{ role: 'user', content: [{ type: 'video_url', video_url: { url: 'x' } }] }];
      const response = await post('/v1/chat/completions', { model: 'tiny', stream, messages });
      expect(response.status).toBe(400);
      expect(JSON.parse(await response.text())).toMatchObject({
        error: { message: expect.stringContaining('messages.0.content.0'), type: 'invalid_request_error' },
      });
      expect(upstream.requests).toHaveLength(before);
    },
  );

  it('is told as cut where it breaks off, in the caller’s dialect', async () => {
    const text = await (await chat('tiny', 'cut', true)).text();
    expect(text).toContain('"code":"upstream_cut"');
    expect(text).not.toContain('[DONE]');
  });

  it.each(['tiny', 'openai'])(
    'faces callers of retained streams, whose upstream speaks %s',
    async (model) => {
      const { url, resultUrl, ticket } = await started(model, 'Hi');
      const result = await ask(`${host.url}${resultUrl}?wait=5&ticket=${ticket}`);
      expect(JSON.parse(await result.text())).toMatchObject({
        state: 'over',
        text: 'Hello you',
        finishReason: 'stop',
      });
      const frames = parseEvents(await (await ask(`${host.url}${url}?ticket=${ticket}`)).text());
      expect(frames.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
        { t: 'Hello' },
        { t: ' you' },
        { end: 'stop' },
      ]);
      const again = await ask(`${host.url}${url}?ticket=${ticket}`, {
        headers: { 'last-event-id': frames[0]?.id ?? '' },
      });
      expect(parseEvents(await again.text()).map(({ id }) => id)).toEqual(
        frames.slice(1).map(({ id }) => id),
      );
    },
  );

  it('is what a whole answer is written in, in-process', async () => {
    const relay = host.app.get(RelayService);
    const request = { model: 'openai', messages: [{ role: 'user', content: 'Hi' }] } as const;
    const { body } = await relay.complete(request, { dialect: tiny.caller });
    expect(JSON.parse(body.toString())).toEqual({ t: 'Hello you', end: 'stop' });
  });

  it('is asked at the URL of each model, also where only whole answers have one of their own', async () => {
    for (const model of ['one', 'two']) await (await chat(`whole/${model}`, 'Hi', false)).text();
    await (await chat('whole/three', 'Hi', true)).text();
    expect(upstream.requests.slice(-3).map(({ url }) => url)).toEqual([
      '/models/one:whole',
      '/models/two:whole',
      '/any:stream',
    ]);
  });

  it('asks for one answer, whatever the body of another dialect says of `n`', async () => {
    const { url, ticket } = await started('tiny', 'Hi', { n: 5 });
    const text = await (await ask(`${host.url}${url}?ticket=${ticket}`)).text();
    expect(text).toContain('{"end":"stop"}');
  });

  it('holds from the start: a later option adds none', () => {
    const live = host.app.get(LiveSettings);
    const late = { name: 'late', upstream: { ...upstreamOf(tiny), name: 'late' } };
    const upstreams = { one: { dialect: 'late', baseUrl: upstream.baseUrl } };
    expect(() => live.replace({ upstreams, dialects: [late] })).toThrow('upstreams.one.dialect');
  });
});
