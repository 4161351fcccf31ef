import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const REQUEST = { ...REPEATABLE, model: real.model, messages: [{ role: 'user' as const, content: PROMPT }] };
const WITH_USAGE = { stream_options: { include_usage: true } };

const { skip, note } = needing('URL', 'MODEL');

describe.skipIf(skip)(`the openai client at a real server${note}`, () => {
  const host = realHost();

  it('streams the text and the finish reason that the server gives directly', async () => {
    const { fields: _, ...expected } = await stream(client(real.baseUrl));
    expect(expected.text).not.toBe('');
    // Not its fields: with the usage that Sluice always asks for, llama.cpp puts its timings into another chunk.
    expect(await stream(client(`${host.url}/v1`))).toMatchObject(expected);
  });

  it('gets the usage that it asked for and every field, as from the server directly', async () => {
    const expected = await stream(client(real.baseUrl), WITH_USAGE);
    expect(expected.usages).toHaveLength(1);
    expect(await stream(client(`${host.url}/v1`), WITH_USAGE)).toEqual(expected);
  });

  it('reads the whole answer that the server gives directly', async () => {
    const expected = await whole(client(real.baseUrl));
    expect(expected.message?.content).toMatch(/./);
    expect(await whole(client(`${host.url}/v1`))).toEqual(expected);
  });
});

function client(baseURL: string): OpenAI {
  return new OpenAI({ baseURL, apiKey: real.key || 'none', maxRetries: 0 });
}

/** A streamed answer, without what differs between two answers to one question. */
interface Streamed {
  readonly text: string;
  readonly finishReasons: readonly string[];
  readonly models: readonly string[];
  readonly usages: readonly Counts[];
  readonly fields: readonly string[];
}

async function stream(
  openai: OpenAI,
  fields: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {},
): Promise<Streamed> {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const answer = await openai.chat.completions.create({ ...REQUEST, ...fields, stream: true });
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
interface Whole {
  readonly message: OpenAI.ChatCompletionMessage | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Counts | undefined;
  readonly fields: readonly string[];
}

async function whole(openai: OpenAI): Promise<Whole> {
  const completion = await openai.chat.completions.create(REQUEST);
  const [choice] = completion.choices;
  return {
    message: choice?.message,
    finishReason: choice?.finish_reason,
    usage: completion.usage && counts(completion.usage),
    fields: unique(Object.keys(completion)),
  };
}

/** Counts of tokens. How many of them were cached differs from answer to answer. */
type Counts = Pick<OpenAI.CompletionUsage, 'prompt_tokens' | 'completion_tokens' | 'total_tokens'>;

function counts({ prompt_tokens, completion_tokens, total_tokens }: OpenAI.CompletionUsage): Counts {
  return { prompt_tokens, completion_tokens, total_tokens };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
