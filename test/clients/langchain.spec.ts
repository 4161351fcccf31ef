import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { refuses, streams, type AnswerScript } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { optionsFor } from '../support/options.js';

const breaks: readonly { how: string; script: AnswerScript; message: RegExp }[] = [
  { how: 'is cut', script: streams('one', ' two').after(1).thenCuts(), message: /broke off/ },
  { how: 'just closes', script: streams('one', ' two').after(1).thenCloses(), message: /closed before/ },
  { how: 'reports an error', script: streams('one', ' two').after(1).thenFails(), message: /overloaded/ },
];

describe.each(clientKinds)('@langchain/openai on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  const model = () =>
    new ChatOpenAI({
      model: 'scripted-1',
      apiKey: 'none',
      maxRetries: 0,
      configuration: { baseURL: `${suite.host.url}/v1` },
    });

  it('streams each delta while the upstream has not sent the next, and the usage', async () => {
    const answer = new HeldAnswer('one', ' two', ' three');
    suite.upstream.next(answer);
    const seen: string[] = [];
    const usages: unknown[] = [];
    for await (const { text, usage_metadata: usage } of await model().stream('Hi')) {
      if (usage !== undefined) usages.push(usage);
      if (text === '') continue;
      seen.push(text);
      answer.release();
    }
    expect(seen).toEqual(['one', ' two', ' three']);
    expect(usages).toMatchObject([{ input_tokens: 9, output_tokens: 12, total_tokens: 21 }]);
  });

  it('assembles tool calls', async () => {
    const call = { id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' };
    suite.upstream.answers(streams().toolCall(call).finishes('tool_calls'));
    const expected = [expect.objectContaining({ id: 'call_1', name: 'weather', args: { city: 'Bern' } })];
    const [first, ...others] = await collect(await model().stream('Hi'));
    expect(others.reduce((all, chunk) => all?.concat(chunk), first)?.tool_calls).toEqual(expected);
    expect((await model().invoke('Hi')).tool_calls).toEqual(expected);
  });

  it.each(breaks)('throws after the first delta when the upstream $how', async ({ script, message }) => {
    suite.upstream.next(script);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { text } of await model().stream('Hi')) seen.push(text);
    })();
    await expect(reading).rejects.toThrow(message);
    expect(seen.join('')).toBe('one');
  });

  it('throws when the upstream refuses', async () => {
    suite.upstream.next(refuses(429));
    await expect(model().invoke('Hi')).rejects.toMatchObject({ status: 429 });
    expect(suite.upstream.requests).toHaveLength(1);
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
