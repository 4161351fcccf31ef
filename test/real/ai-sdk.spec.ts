import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText, type LanguageModelUsage } from 'ai';
import { describe, expect, it } from 'vitest';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const { skip, note } = needing('URL', 'MODEL');

describe.skipIf(skip)(`the AI SDK at a real server${note}`, () => {
  const host = realHost();

  it('streams the text that the server gives directly, the finish reason and the usage', async () => {
    const expected = await stream(real.baseUrl);
    expect(expected.text).not.toBe('');
    expect(expected.usage).toMatchObject({ output: expect.any(Number) as number });
    expect(await stream(`${host.url}/v1`)).toEqual(expected);
  });

  it('reads the whole answer that the server gives directly', async () => {
    const expected = await whole(real.baseUrl);
    expect(expected.text).not.toBe('');
    expect(await whole(`${host.url}/v1`)).toEqual(expected);
  });
});

interface Told {
  readonly text: string;
  readonly finishReason: string;
  readonly usage: ReturnType<typeof counts>;
}

async function stream(baseURL: string): Promise<Told> {
  const answer = streamText(call(baseURL));
  let text = '';
  for await (const delta of answer.textStream) text += delta;
  return { text, finishReason: await answer.finishReason, usage: counts(await answer.totalUsage) };
}

async function whole(baseURL: string): Promise<Told> {
  const { text, finishReason, totalUsage } = await generateText(call(baseURL));
  return { text, finishReason, usage: counts(totalUsage) };
}

function call(baseURL: string) {
  const { temperature, seed, max_tokens: maxOutputTokens } = REPEATABLE;
  const apiKey = real.key || 'none';
  const provider = createOpenAICompatible({ name: 'real', baseURL, apiKey, includeUsage: true });
  return { model: provider(real.model), prompt: PROMPT, temperature, seed, maxOutputTokens, maxRetries: 0 };
}

/** Counts of tokens. How many of them were cached differs from answer to answer. */
function counts({ inputTokens, outputTokens, totalTokens }: LanguageModelUsage): {
  input: number | undefined;
  output: number | undefined;
  total: number | undefined;
} {
  return { input: inputTokens, output: outputTokens, total: totalTokens };
}
