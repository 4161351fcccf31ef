import type { Usage } from '../../../core/usage.js';

/** A usage as OpenAI writes it. Source: OpenAI API reference, 'The chat completion object', `usage`. */
export function encodeUsage({ promptTokens, completionTokens, totalTokens }: Usage): Record<string, unknown> {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens,
  };
}
