import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { replays, streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

/** Bytes of a provider with fields, spaces and an order that no printer of ours would give. */
const producer = [
  'data: {"id":"x","choices":[],"prompt_filter_results":[{"prompt_index":0}]}',
  'data: { "id" : "x", "obfuscation":"aB3", "choices":[{"index":0,"delta":{"role":"assistant","content":"Grüße"},"logprobs":null,"finish_reason":null}],"usage":null}',
  'data: {"id":"x","choices":[{"index":0,"delta":{"content":" 🌍 \\"usage\\":{ [DONE] \\"error\\":"},"finish_reason":null}],"usage":null}',
  'data: {"id":"x","choices":[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}],"citations":["https://a.example"]}',
  'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop","content_filter_results":{}}],"usage":null}',
];
const usage =
  'data: {"id":"x","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.1}}';
const sent = [...producer, usage, 'data: [DONE]', ''].join('\n\n');

const chunk = (content: string) => `{"choices":[{"index":0,"delta":{"content":"${content}"}}]}`;

describe.each(hostKinds)('/v1/chat/completions on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  const post = (body: Record<string, unknown>) => ask(`${suite.host.url}/v1/chat/completions`, { body });

  it.each([1, 3, 7, 64, 1000])(
    'passes the provider’s bytes on, whatever their cuts: %i a write',
    async (size) => {
      suite.upstream.next(replays(Buffer.from(sent), size));
      const answer = await post(chat('Hi', { stream_options: { include_usage: true } }));
      expect(await answer.text()).toBe(sent);
    },
  );

  it.each([1, 50, 5000])('passes a recorded llama.cpp stream on as it was: %i a write', async (size) => {
    const recorded = await readFile('test/fixtures/openai-chat/llama-cpp-length.sse');
    suite.upstream.next(replays(recorded, size));
    const end = suite.host.nextEnd();
    const answer = await post(chat('Hi', { stream_options: { include_usage: true } }));
    expect(await answer.text()).toBe(recorded.toString('utf8'));
    expect(await end).toMatchObject({ outcome: 'length', usage: { promptTokens: 26, completionTokens: 3 } });
  });

  it.each([{}, { stream_options: { include_usage: false } }, { stream_options: null }])(
    'takes the usage event out for a caller with %o, and records it',
    async (fields) => {
      suite.upstream.next(replays(Buffer.from(sent), 100));
      const end = suite.host.nextEnd();
      const answer = await post(chat('Hi', fields));
      expect(await answer.text()).toBe([...producer, 'data: [DONE]', ''].join('\n\n'));
      expect((await end).usage).toEqual({ promptTokens: 1, completionTokens: 2, totalTokens: 3 });
      expect(suite.upstream.lastRequest.body).toMatchObject({ stream_options: { include_usage: true } });
    },
  );

  it('passes every field of the request on', async () => {
    const body = chat('Hi', {
      model: 'some/model:free',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }], name: 'ann', vendor: 1 }],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: {} } },
      logprobs: true,
      n: 1,
      temperature: 0,
      seed: 7,
      provider: { order: ['a', 'b'] },
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    await (
      await post(body)
    ).over;
    expect(suite.upstream.lastRequest.body).toEqual(body);
  });

  it('turns comments, ids, names and CRLF of an upstream into plain data events', async () => {
    const bytes = `: hello\n\nid: 9\nevent: message\ndata:${chunk('a')}\r\n\r\n: ping\r\n\r\ndata: ${chunk('b')}\n\n\n\ndata: [DONE]`;
    suite.upstream.next(replays(Buffer.from(bytes)));
    expect(await (await post(chat('Hi'))).text()).toBe(
      `data: ${chunk('a')}\n\ndata: ${chunk('b')}\n\ndata: [DONE]\n\n`,
    );
  });

  it('sends nothing after [DONE]', async () => {
    suite.upstream.next(replays(Buffer.from(`${sent}data: {"late":true}\n\n`)));
    expect(await (await post(chat('Hi'))).text()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('answers without a stream with the provider’s own bytes', async () => {
    const bytes =
      '{ "id":"x", "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"length"}],\n "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}, "vendor":[1] }';
    suite.upstream.next(replays(Buffer.from(bytes), 20));
    const end = suite.host.nextEnd();
    const answer = await post(chat('Hi', { stream: false }));
    expect(await answer.text()).toBe(bytes);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-sluice-target': 'scripted/scripted-1',
    });
    expect(await end).toMatchObject({
      outcome: 'length',
      usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
    });
    expect(suite.upstream.lastRequest.body).not.toHaveProperty('stream_options');
  });

  it('shows the provider’s request id and rate limits, and nothing of its account', async () => {
    const headers = {
      'x-request-id': 'req_1',
      'x-ratelimit-remaining-tokens': '9',
      'openai-organization': 'org-secret',
      'set-cookie': 'a=b',
    };
    suite.upstream.next(streams('Hi').respondsWith(headers));
    const answer = await post(chat('Hi'));
    await answer.over;
    expect(answer.headers).toMatchObject({ 'x-request-id': 'req_1', 'x-ratelimit-remaining-tokens': '9' });
    expect(answer.headers).not.toHaveProperty('openai-organization');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('lists the models that routes name, and reads one', async () => {
    const list = await ask(`${suite.host.url}/v1/models`);
    expect(await list.json()).toEqual({
      object: 'list',
      data: [{ id: 'default', object: 'model', created: 0, owned_by: 'scripted' }],
    });
    expect(await (await ask(`${suite.host.url}/v1/models/default`)).json()).toMatchObject({ id: 'default' });
  });

  it('never generates again for a client that comes back with an id', async () => {
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, {
      body: chat('Hi'),
      headers: { 'last-event-id': 'anything' },
    });
    expect(answer.status).toBe(410);
    expect(suite.upstream.requests).toHaveLength(0);
  });
});
