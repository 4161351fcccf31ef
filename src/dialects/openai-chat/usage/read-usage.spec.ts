import { describe, expect, it } from 'vitest';
import { readUsage } from './read-usage.js';

const usage = (promptTokens: number, completionTokens: number) => ({
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
});

describe('readUsage', () => {
  it('takes the numbers of the upstream, also where they do not add up', () => {
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 9, cost: 0.1 })).toEqual({
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 9,
    });
  });

  it('counts no completion where none is named, as for a refused prompt', () => {
    expect(readUsage({ prompt_tokens: 4 })).toEqual(usage(4, 0));
    expect(readUsage({ prompt_tokens: 4, completion_tokens: null })).toEqual(usage(4, 0));
  });

  it.each([
    { input_tokens: 3, output_tokens: 4 },
    { prompt_eval_count: 3, eval_count: 4, done: true },
    { prompt_n: 3, predicted_n: 4, predicted_ms: 10.5 },
    { prompt_tokens: null, input_tokens: 3, output_tokens: 4 },
  ])('reads the names of other servers in %j', (value) => {
    expect(readUsage(value)).toEqual(usage(3, 4));
  });

  it.each<[string, object, object]>([
    [
      'OpenAI',
      {
        prompt_tokens: 3,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 2, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
      { cachedPromptTokens: 2, reasoningTokens: 1 },
    ],
    [
      'OpenAI’s Responses',
      {
        input_tokens: 3,
        output_tokens: 4,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens_details: { reasoning_tokens: 1 },
      },
      { cachedPromptTokens: 2, reasoningTokens: 1 },
    ],
    [
      'OpenRouter',
      { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cache_write_tokens: 2 } },
      { cacheWriteTokens: 2 },
    ],
    [
      'DeepSeek',
      { prompt_tokens: 3, completion_tokens: 4, prompt_cache_hit_tokens: 1 },
      { cachedPromptTokens: 1 },
    ],
    [
      'Gemini',
      { promptTokenCount: 3, candidatesTokenCount: 1, thoughtsTokenCount: 3, cachedContentTokenCount: 2 },
      { cachedPromptTokens: 2, reasoningTokens: 3 },
    ],
    ['llama.cpp', { prompt_n: 2, cache_n: 1, predicted_n: 4 }, { cachedPromptTokens: 1 }],
    [
      'Anthropic',
      { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 0, cache_creation_input_tokens: 2 },
      { cachedPromptTokens: 0, cacheWriteTokens: 2 },
    ],
  ])('reads the parts of the prompt and the completion that %s counts', (_, value, details) => {
    expect(readUsage(value)).toEqual({ ...usage(3, 4), ...details });
  });

  it.each([-1, 1e308, '1', null, {}])('leaves out a part of %j tokens', (count) => {
    const details = { cached_tokens: count };
    expect(readUsage({ prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: details })).toEqual(
      usage(3, 4),
    );
    expect(readUsage({ prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: count })).toEqual(
      usage(3, 4),
    );
  });

  it.each([1e308, -1, 0.5, '9', {}, Number.NaN, Number.MAX_SAFE_INTEGER])(
    'adds up by itself where the total is %j',
    (total) => {
      expect(readUsage({ prompt_tokens: 3, completion_tokens: 4, total_tokens: total })).toEqual(usage(3, 4));
    },
  );

  it.each([1e308, -1, 0.5, '1', {}, [], true, Number.NaN, Number.POSITIVE_INFINITY, 1_000_000_001])(
    'takes %j for no count, and what has it for no usage',
    (count) => {
      expect(readUsage({ prompt_tokens: count, completion_tokens: 1 })).toBeUndefined();
      expect(readUsage({ prompt_tokens: 1, completion_tokens: count })).toBeUndefined();
      expect(readUsage({ input_tokens: 1, output_tokens: count })).toBeUndefined();
    },
  );

  it.each([
    null,
    undefined,
    7,
    'many',
    {},
    [],
    [{ prompt_tokens: 1 }],
    { prompt_tokens: null },
    { tokens: 1 },
  ])('reads no usage in %j', (value) => {
    expect(readUsage(value)).toBeUndefined();
  });
});
