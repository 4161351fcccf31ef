import type { UsageMetadata } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { needing, PROMPT, real, realHost, REPEATABLE } from '../support/real-upstream.js';

const { skip, note } = needing('URL', 'MODEL');

describe.skipIf(skip)(`@langchain/openai at a real server${note}`, () => {
  const host = realHost();

  it('streams the text that the server gives directly, and the usage', async () => {
    const expected = await stream(model(real.baseUrl));
    expect(expected.text).not.toBe('');
    expect(expected.usages).toHaveLength(1);
    expect(await stream(model(`${host.url}/v1`))).toEqual(expected);
  });

  it('reads the whole answer that the server gives directly', async () => {
    const expected = await model(real.baseUrl).invoke(PROMPT);
    const answer = await model(`${host.url}/v1`).invoke(PROMPT);
    expect(expected.text).not.toBe('');
    expect(answer.text).toBe(expected.text);
    expect(counts(answer.usage_metadata)).toEqual(counts(expected.usage_metadata));
  });
});

function model(baseURL: string): ChatOpenAI {
  const { temperature, seed, max_tokens: maxTokens } = REPEATABLE;
  return new ChatOpenAI({
    model: real.model,
    apiKey: real.key || 'none',
    maxRetries: 0,
    temperature,
    maxTokens,
    modelKwargs: { seed },
    configuration: { baseURL },
  });
}

async function stream(chat: ChatOpenAI): Promise<{ text: string; usages: unknown[] }> {
  let text = '';
  const usages: unknown[] = [];
  for await (const chunk of await chat.stream(PROMPT)) {
    text += chunk.text;
    if (chunk.usage_metadata !== undefined) usages.push(counts(chunk.usage_metadata));
  }
  return { text, usages };
}

/** Counts of tokens. How many of them were cached differs from answer to answer. */
function counts(usage: UsageMetadata | undefined): [input?: number, output?: number, total?: number] {
  return usage === undefined ? [] : [usage.input_tokens, usage.output_tokens, usage.total_tokens];
}
