import OpenAI from 'openai';
import type { Stream } from 'openai/streaming';
import { onTestFinished, describe, expect, it } from 'vitest';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Fleet } from '../support/fleet.js';
import { HeldAnswer } from '../support/held-answer.js';

const WORDS: [string, string, ...string[]] = ['Grüße', ' 🙂', ' two\n\nthree', ' four', ' five'];
const REQUEST = { model: 'r', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };
const GRACE = { headers: { 'x-sluice-grace': '30' } };

type Chunk = OpenAI.ChatCompletionChunk;

const textOf = (chunks: readonly Chunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');

describe.each(clientKinds)('the openai client, cut off in the middle on $name,', (kind) => {
  it('has the rest of its completion from GET /v1/streams/{id}, and the upstream is asked once', async () => {
    const fleet = await Fleet.start(['a'], { kind });
    const proxy = await CuttingProxy.start(fleet.url);
    onTestFinished(() => proxy.stop());
    const answer = new HeldAnswer(...WORDS);
    fleet.at('a').answers(answer);
    const openai = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: 'none', maxRetries: 0 });

    const { data, response } = await openai.chat.completions.create(REQUEST, GRACE).withResponse();
    const id = response.headers.get('x-sluice-stream') ?? '';
    const before: Chunk[] = [];
    const cut = (async () => {
      for await (const chunk of data) {
        before.push(chunk);
        if (textOf(before) === WORDS.slice(0, 2).join('')) proxy.cut();
        else answer.release();
      }
    })();
    await expect(cut).rejects.toThrow('terminated');
    for (let left = WORDS.length; left > 0; left -= 1) answer.release();

    // Chunks carry no ids: who has so many of them lacks the ones after.
    const headers = { 'last-event-id': `${id}.${before.length - 1}` };
    const rest: Chunk[] = [];
    for await (const chunk of await openai.get<Stream<Chunk>>(`/streams/${id}`, {
      stream: true,
      headers,
    })) {
      rest.push(chunk);
    }
    expect(textOf([...before, ...rest])).toBe(WORDS.join(''));
    expect(rest.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(new Set([...before, ...rest].map((chunk) => chunk.id)).size).toBe(1);
    expect(fleet.asked).toEqual([1]);
  });
});
