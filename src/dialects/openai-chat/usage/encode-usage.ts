import type { Usage } from '../../../core/usage.js';
import { present } from '../prompt/fields.js';

/**
 * A usage as OpenAI writes it; `cache_write_tokens` is OpenRouter's.
 * Source: OpenAI API reference, 'The chat completion object', `usage`; OpenRouter documentation, 'Usage accounting'.
 */
export function encodeUsage(usage: Usage): Record<string, unknown> {
  const prompt = present({
    cached_tokens: usage.cachedPromptTokens,
    cache_write_tokens: usage.cacheWriteTokens,
  });
  const completion = present({ reasoning_tokens: usage.reasoningTokens });
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    ...(Object.keys(prompt).length > 0 && { prompt_tokens_details: prompt }),
    ...(Object.keys(completion).length > 0 && { completion_tokens_details: completion }),
  };
}
