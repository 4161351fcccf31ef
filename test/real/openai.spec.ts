import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const QUESTION = { ...REPEATABLE, model: real.model, messages: [{ role: 'user' as const, content: PROMPT }] };
const { skip, note } = needing('URL', 'MODEL');

describe.skipIf(skip)(`the openai client at a real server${note}`, () => {
  const host = realHost();

  it('streams the text and the finish reason that the server gives directly', async () => {
    const expected = await stream(client(real.baseUrl));
    expect(expected.text).not.toBe('');
    // llama.cpp puts its timings beside the usage, which is asked for always and taken out here.
    const { fields: _, ...given } = await stream(client(`${host.url}/v1`));
    expect(expected).toMatchObject(given);
  });

  it('gets the usage that it asked for, as the server counts it', async () => {
    const expected = await stream(client(real.baseUrl), { stream_options: { include_usage: true } });
    expect(expected.usages).toEqual([
      { prompt: expect.any(Number), completion: expect.any(Number), total: expect.any(Number) },
    ]);
    expect(await stream(client(`${host.url}/v1`), { stream_options: { include_usage: true } })).toEqual(
      expected,
    );
  });

  it('reads the whole answer that the server gives directly', async () => {
    const expected = await whole(client(real.baseUrl));
    expect(expected.message?.content).not.toBe('');
    expect(await whole(client(`${host.url}/v1`))).toEqual(expected);
  });
});

function client(baseURL: string): OpenAI {
  return new OpenAI({ baseURL, apiKey: real.key || 'none', maxRetries: 0 });
}

/** A streamed answer, without what differs between two answers to one question. */
async function stream(
  openai: OpenAI,
  fields: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {},
): Promise<{
  text: string;
  finishReasons: string[];
  models: string[];
  usages: ReturnType<typeof counts>[];
  fields: string[];
}> {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const answer = await openai.chat.completions.create({ ...QUESTION, ...fields, stream: true });
  for await (const chunk of answer) chunks.push(chunk);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  return {
    text: choices.map(({ delta }) => delta.content ?? '').join(''),
    finishReasons: choices.flatMap((choice) => choice.finish_reason ?? []),
    models: unique(chunks.map(({ model }) => model)),
    usages: chunks.flatMap(({ usage }) => (usage ? [counts(usage)] : [])),
    fields: unique(chunks.flatMap((chunk) => Object.keys(chunk))),
  };
}

/** A whole answer, without what differs between two answers to one question. */
async function whole(openai: OpenAI): Promise<{
  message: OpenAI.ChatCompletionMessage | undefined;
  finishReason: string | undefined;
  usage: ReturnType<typeof counts> | undefined;
  fields: string[];
}> {
  const completion = await openai.chat.completions.create(QUESTION);
  const [choice] = completion.choices;
  return {
    message: choice?.message,
    finishReason: choice?.finish_reason,
    usage: completion.usage && counts(completion.usage),
    fields: unique(Object.keys(completion)),
  };
}

/** Counts of tokens. How many of them were cached differs from answer to answer. */
function counts(usage: OpenAI.CompletionUsage): { prompt: number; completion: number; total: number } {
  return { prompt: usage.prompt_tokens, completion: usage.completion_tokens, total: usage.total_tokens };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
