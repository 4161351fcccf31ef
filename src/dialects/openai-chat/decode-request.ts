import { z } from 'zod';
import type { ChatRequest } from '../../core/chat-request.js';
import { MAX_MODEL_NAME_LENGTH } from '../max-model-name-length.js';
import { invalidRequest } from '../invalid-request.js';
import { refuseUntrue } from '../json/refuse-untrue.js';
import { checkBody, messageSchema } from '../json/check-body.js';

/**
 * What Sluice itself needs of a chat completion request; the upstream judges the rest.
 * Source: OpenAI API reference, 'Create chat completion'.
 */
export const chatCompletionRequestSchema = z.looseObject({
  model: z
    .string()
    .min(1)
    .max(MAX_MODEL_NAME_LENGTH)
    .optional()
    .describe('A route, or a model that the upstream knows'),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().int().positive().nullish(),
});

/**
 * A chat completion request, and whether its caller wants a stream. `json` is the text that the body was read from, if it is
 * known. Throws `invalid-request`, also for a name that stands twice in it, and for a number that cannot be passed on.
 */
export function decodeRequest(
  body: unknown,
  json?: string,
): { readonly request: ChatRequest; readonly streaming: boolean } {
  const { fields } = checkBody(body);
  const parsed = chatCompletionRequestSchema.safeParse(fields);
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  refuseUntrue(body, json);
  const { model, stream } = parsed.data;
  return {
    request: {
      model,
      // The body as it came, not as the schema copied it: its fields keep their order.
      source: { dialect: 'openai-chat', body: Object.fromEntries(Object.entries(body ?? {})) },
      ...(json !== undefined && { text: { dialect: 'openai-chat', json } }),
    },
    streaming: stream === true,
  };
}
