import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, jsonSchema, streamText, type LanguageModel, type ToolSet } from 'ai';
import { describe, expect, it } from 'vitest';
import { refuses, streams, type AnswerScript } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { optionsFor } from '../support/options.js';

const TOOLS: ToolSet = { weather: { inputSchema: jsonSchema({ type: 'object' }) } };
const TOOL_CALL = { id: 'call_1', name: 'weather', arguments: '{"city":"Zürich"}' };

const breaks: readonly { how: string; script: AnswerScript; message: RegExp }[] = [
  { how: 'is cut', script: streams('one', ' two').after(1).thenCuts(), message: /broke off/ },
  { how: 'just closes', script: streams('one', ' two').after(1).thenCloses(), message: /closed before/ },
  { how: 'reports an error', script: streams('one', ' two').after(1).thenFails(), message: /overloaded/ },
];

describe.each(clientKinds)('the AI SDK on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  /** A call of streamText or generateText. Errors are parts of the stream: they are not logged as well. */
  const call = () => ({
    model: model(suite.host.url),
    prompt: 'Hi',
    maxRetries: 0,
    onError: () => undefined,
  });

  it('streams each delta while the upstream has not sent the next', async () => {
    const answer = new HeldAnswer('one', ' two', ' three');
    suite.upstream.next(answer);
    const seen: string[] = [];
    for await (const delta of streamText(call()).textStream) {
      seen.push(delta);
      answer.release();
    }
    expect(seen).toEqual(['one', ' two', ' three']);
  });

  it('tells text, reasoning, usage and finish reason', async () => {
    suite.upstream.next(streams('4', '2').reasoning('hm', '…'));
    const result = streamText(call());
    expect(await result.text).toBe('42');
    expect(await result.reasoningText).toBe('hm…');
    expect(await result.totalUsage).toMatchObject({ inputTokens: 9, outputTokens: 12 });
    expect(await result.finishReason).toBe('stop');
  });

  it('assembles tool calls', async () => {
    const expected = [expect.objectContaining({ toolName: 'weather', input: { city: 'Zürich' } })];
    suite.upstream.answers(streams().toolCall(TOOL_CALL).finishes('tool_calls'));
    const streamed = streamText({ ...call(), tools: TOOLS });
    expect(await streamed.toolCalls).toEqual(expected);
    expect(await streamed.finishReason).toBe('tool-calls');
    expect((await generateText({ ...call(), tools: TOOLS })).toolCalls).toEqual(expected);
  });

  it.each(breaks)('surfaces an error part when the upstream $how after the first delta', async (broken) => {
    suite.upstream.next(broken.script);
    const parts = [];
    for await (const part of streamText(call()).fullStream) parts.push(part);
    const texts = parts.map((part) => (part.type === 'text-delta' ? part.text : ''));
    const error = parts.find((part) => part.type === 'error')?.error;
    expect(texts.join('')).toBe('one');
    expect(error).toMatchObject({ message: expect.stringMatching(broken.message) as string });
    expect(parts.filter((part) => part.type === 'finish' && part.finishReason === 'stop')).toEqual([]);
  });

  it.each([
    { status: 400, isRetryable: false },
    { status: 429, isRetryable: true },
    { status: 503, isRetryable: true },
  ])('throws a typed error when the upstream answers $status', async ({ status, isRetryable }) => {
    suite.upstream.next(refuses(status, { body: { error: { message: 'as the provider says' } } }));
    const error: unknown = await generateText(call()).catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: status, isRetryable, message: 'as the provider says' });
  });
});

function model(url: string): LanguageModel {
  const provider = createOpenAICompatible({ name: 'sluice', baseURL: `${url}/v1`, includeUsage: true });
  return provider('scripted-1');
}
