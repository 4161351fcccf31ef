import { z } from 'zod';
import type { AggregatedAnswer } from '../../core/aggregated-answer.js';
import { aggregate, type AnswerDelta } from '../aggregate-answer.js';
import { sseDataOf } from '../sse-data.js';

const usageSchema = z.object({
  promptTokens: z.number(),
  completionTokens: z.number(),
  totalTokens: z.number(),
  cachedPromptTokens: z.number().exactOptional(),
  cacheWriteTokens: z.number().exactOptional(),
  reasoningTokens: z.number().exactOptional(),
});

/** The native dialect's own frames. */
const frameSchema = z.object({
  delta: z.string().optional(),
  reasoning: z.string().optional(),
  toolCall: z
    .object({
      index: z.number(),
      id: z.string().optional(),
      name: z.string().optional(),
      arguments: z.string().optional(),
    })
    .optional(),
  file: z
    .object({ mediaType: z.string(), data: z.string().exactOptional(), url: z.string().exactOptional() })
    .optional(),
  audio: z
    .object({
      id: z.string().exactOptional(),
      data: z.string().exactOptional(),
      transcript: z.string().exactOptional(),
      expiresAt: z.number().exactOptional(),
    })
    .optional(),
  source: z
    .object({
      url: z.string(),
      title: z.string().exactOptional(),
    })
    .optional(),
  finishReason: z.string().nullish(),
  // What is no usage is none: an older version has written numbers that JSON has not.
  usage: usageSchema.nullish().catch(null),
  model: z.string().nullish(),
  code: z.string().optional(),
  message: z.string().optional(),
});

/** The answer that native frames came to. */
export function aggregateAnswer(frames: string): AggregatedAnswer {
  return aggregate(sseDataOf(frames).map(deltaOf));
}

function deltaOf(data: string): AnswerDelta {
  const { delta, code, message, ...piece } = frameSchema.parse(JSON.parse(data));
  const error = code === undefined || message === undefined ? undefined : { code, message };
  return { ...piece, text: delta, error };
}
