import { z } from 'zod';

/**
 * What Sluice reads of a chat completion chunk; everything else is passed on unread.
 * Source: OpenAI API reference, 'The chat completion chunk object'; `reasoning_content` is DeepSeek's and
 * llama.cpp's field, `reasoning` OpenRouter's and Ollama's.
 */
const chunkSchema = z.object({
  model: z.string().optional().catch(undefined),
  choices: z
    .array(
      z.object({
        index: z.number().int().nonnegative().catch(0),
        finish_reason: z.string().nullish().catch(undefined),
        delta: z
          .looseObject({
            content: z.string().nullish().catch(undefined),
            refusal: z.string().nullish().catch(undefined),
            reasoning_content: z.string().nullish().catch(undefined),
            reasoning: z.string().nullish().catch(undefined),
            function_call: z
              .object({ name: z.string().nullish(), arguments: z.string().nullish() })
              .nullish()
              .catch(undefined),
            tool_calls: z
              .array(
                z.object({
                  index: z.number().int().nonnegative().catch(0),
                  id: z.string().nullish().catch(undefined),
                  function: z
                    .object({ name: z.string().nullish(), arguments: z.string().nullish() })
                    .nullish()
                    .catch(undefined),
                }),
              )
              .nullish()
              .catch(undefined),
          })
          .nullish()
          .catch(undefined),
      }),
    )
    .nullish(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
});

/** A chat completion chunk, as far as Sluice reads it. */
export type ChatChunk = z.infer<typeof chunkSchema>;

/** The event's JSON as a chunk; undefined if it is not JSON or no object. */
export function readChunk(data: string): ChatChunk | undefined {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return undefined;
  }
  return chunkSchema.safeParse(json).data;
}
