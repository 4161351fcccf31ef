import OpenAI from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { optionsFor } from '../support/options.js';

const REQUEST = { model: 'scripted-1', messages: [{ role: 'user' as const, content: 'Hi' }] };
const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const TOOL_CALL = { id: 'call_1', name: 'weather', arguments: '{"city":"Zürich"}' };

describe.each(clientKinds)('the openai client on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  let openai: OpenAI;

  beforeAll(() => {
    openai = new OpenAI({ baseURL: `${suite.host.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });

  it('streams text', async () => {
    suite.upstream.next(streams('Grüezi', ' 🌍'));
    const chunks = await collect(openai.chat.completions.create({ ...REQUEST, stream: true }));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Grüezi 🌍');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('has each delta while the upstream has not sent the next', async () => {
    const answer = new HeldAnswer('one', ' two', ' three');
    suite.upstream.next(answer);
    const stream = await openai.chat.completions.create({ ...REQUEST, stream: true });
    const seen: string[] = [];
    for await (const { choices } of stream) {
      const content = choices[0]?.delta.content;
      if (!content) continue;
      seen.push(content);
      answer.release();
    }
    expect(seen).toEqual(['one', ' two', ' three']);
  });

  it('gets the usage chunk that it asked for, and none otherwise', async () => {
    suite.upstream.answers(streams('Hello').usage(USAGE));
    const requested = { ...REQUEST, stream: true as const, stream_options: { include_usage: true } };
    const withUsage = await collect(openai.chat.completions.create(requested));
    const without = await collect(openai.chat.completions.create({ ...REQUEST, stream: true }));
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: USAGE });
    expect(without.filter(({ choices, usage }) => choices.length === 0 || usage)).toEqual([]);
    expect(without).toHaveLength(withUsage.length - 1);
  });

  it('keeps reasoning and vendor fields of a stream', async () => {
    suite.upstream.next(
      streams('42')
        .reasoning('Let me', ' see')
        .extra({ obfuscation: 'x9', citations: ['a'] }),
    );
    const chunks = await collect(openai.chat.completions.create({ ...REQUEST, stream: true }));
    const reasoning = chunks.map(({ choices }) => field(choices[0]?.delta, 'reasoning_content'));
    expect(reasoning.filter((text) => text !== undefined)).toEqual(['Let me', ' see']);
    expect(chunks.every((chunk) => field(chunk, 'obfuscation') === 'x9')).toBe(true);
  });

  it('assembles a streamed tool call', async () => {
    suite.upstream.next(streams().toolCall(TOOL_CALL).finishes('tool_calls'));
    const completion = await openai.chat.completions.stream(REQUEST).finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: TOOL_CALL.arguments } }],
      },
    });
  });

  it('reads final content and total usage with its stream helper', async () => {
    suite.upstream.next(streams('Hello', ' world').usage(USAGE));
    const stream = openai.chat.completions.stream({ ...REQUEST, stream_options: { include_usage: true } });
    const deltas: string[] = [];
    stream.on('content', (delta) => void deltas.push(delta));
    expect(await stream.finalContent()).toBe('Hello world');
    expect(await stream.totalUsage()).toMatchObject(USAGE);
    expect(deltas.filter((delta) => delta !== '')).toEqual(['Hello', ' world']);
  });

  it('reads a whole answer', async () => {
    suite.upstream.next(streams('Hello', ' world').reasoning('hm').toolCall(TOOL_CALL).usage(USAGE));
    const completion = await openai.chat.completions.create(REQUEST);
    expect(completion.choices[0]?.message).toMatchObject({
      content: 'Hello world',
      reasoning_content: 'hm',
      tool_calls: [{ id: 'call_1' }],
    });
    expect(completion.usage).toEqual(USAGE);
  });

  it('shows the provider’s request id and the stream’s own headers', async () => {
    suite.upstream.next(streams('Hello').respondsWith({ 'x-request-id': 'req_77' }));
    const { data, request_id, response } = await openai.chat.completions
      .create({ ...REQUEST, stream: true })
      .withResponse();
    await collect(Promise.resolve(data));
    expect(request_id).toBe('req_77');
    expect(response.headers.get('x-sluice-stream')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('lists and retrieves models', async () => {
    const models = await openai.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['default']);
    expect(await openai.models.retrieve('default')).toMatchObject({ id: 'default', object: 'model' });
    // The route `*` takes every name.
    expect(await openai.models.retrieve('vendor/model')).toMatchObject({ id: 'vendor/model' });
  });
});

async function collect<T>(stream: PromiseLike<AsyncIterable<T>>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of await stream) items.push(item);
  return items;
}

/** A field that the client's types do not know. */
function field(value: object | undefined, name: string): unknown {
  return value && Reflect.get(value, name);
}
