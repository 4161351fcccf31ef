import { z } from 'zod';
import type { Usage } from '../../core/usage.js';

const usageSchema = z.object({
  prompt_tokens: z.number().nonnegative(),
  completion_tokens: z.number().nonnegative().default(0),
  total_tokens: z.number().nonnegative().optional(),
});

/** An OpenAI `usage` object; undefined where there is none or it has another shape. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = usageSchema.safeParse(value).data;
  if (usage === undefined) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
  return {
    promptTokens,
    completionTokens,
    totalTokens: usage.total_tokens ?? promptTokens + completionTokens,
  };
}
