import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

describe.each(hostKinds)('/stream on $name', (kind) => {
  let upstream: ScriptedUpstream;
  let host: Host;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl) });
  });

  afterEach(() => void upstream.reset());

  afterAll(async () => {
    await host.stop();
    await upstream.stop();
  });

  it('sends each delta as a frame whose id comes after its data, then done', async () => {
    upstream.next(
      streams('Hello', ' world').usage({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }),
    );
    const answer = await ask(`${host.url}/stream?content=Hi`);
    const id = String(answer.headers['x-sluice-stream']);
    expect(await answer.text()).toBe(
      `data: {"delta":"Hello"}\nid: ${id}.0\n\n` +
        `data: {"delta":" world"}\nid: ${id}.1\n\n` +
        `event: done\ndata: {"finishReason":"stop","usage":{"promptTokens":3,"completionTokens":2,"totalTokens":5},"model":"scripted-1"}\nid: ${id}.2.end\n\n`,
    );
  });

  it('sends a character whole as plain text, though the upstream tears it in two deltas', async () => {
    upstream.next(streams('a\ud83d', '\ude00', 'b\ud83d'));
    const answer = await ask(`${host.url}/stream?content=Hi`, { headers: { accept: 'text/plain' } });
    // What stays half at the end has no bytes of its own.
    expect(await answer.text()).toBe('a😀b\ufffd');
  });

  it('answers with the head of an event stream that no proxy holds back', async () => {
    const staying = { headers: { connection: 'keep-alive' } };
    const { status, headers, over } = await ask(`${host.url}/stream?content=Hi`, staying);
    await over;
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'x-sluice-target': 'scripted/scripted-1',
      'x-sluice-attempts': '1',
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('asks the upstream what the seed asked: one user message at temperature 0.7, with the key', async () => {
    await (
      await ask(`${host.url}/stream?content=Hello%20world`)
    ).over;
    expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-upstream-secret');
    expect(upstream.lastRequest.body).toEqual({
      model: 'scripted-1',
      messages: [{ role: 'user', content: 'Hello world' }],
      temperature: 0.7,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each(['/stream', '/stream?content='])('answers %s with 400', async (path) => {
    const answer = await ask(host.url + path);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe(
      `{"code":"missing-content","message":"Missing 'content' parameter","retryable":false}`,
    );
    expect(upstream.requests).toHaveLength(0);
  });

  it('passes an upstream 429 on as a status with Retry-After', async () => {
    upstream.next(refuses(429, { headers: { 'retry-after': '7' } }));
    const answer = await ask(`${host.url}/stream?content=Hi`);
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-should-retry': 'true' });
    expect(await answer.json()).toMatchObject({ code: 'upstream-rate-limited', retryable: true });
  });
});
