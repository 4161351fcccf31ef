import type { CallerDialect } from '../../core/dialect/caller-dialect.js';
import type { Dialect } from '../../core/dialect/dialect.js';
import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import { parseCursor } from '../native/cursor.js';
import { aggregateAnswer } from './aggregate-answer.js';
import { chunkEncoder } from './chunk-encoder.js';
import { eventDecoder } from './chunk/decode-event.js';
import { completionParts } from './completion-parts.js';
import { completionToEvents } from './completion-to-events.js';
import { continuation } from './continuation.js';
import { decodeCompletion } from './decode-completion.js';
import { decodeRequest } from './decode-request.js';
import { encodeCompletion } from './encode-completion.js';
import { choicesOf, encodeRequest } from './encode-request.js';
import { decodeError } from './errors/decode-error.js';
import { encodeErrorBody, encodeErrorFrame } from './errors/encode-error.js';
import { passThrough } from './pass-through.js';
import { decodePrompt } from './prompt/decode-prompt.js';
import { readText } from './read-text.js';

const NAME = 'openai-chat';

/** OpenAI chat completions, facing an upstream. */
export const openaiChatUpstream = {
  name: NAME,
  framing: 'sse',
  path: () => '/chat/completions',
  encodeRequest,
  choicesOf,
  authorize: (key: string) => ({ authorization: `Bearer ${key}` }),
  decoder: eventDecoder,
  decodeError,
  decodeCompletion,
  completionParts,
  completionToEvents,
  passThrough,
  continuation,
} as const satisfies UpstreamDialect;

/** OpenAI chat completions, facing a caller. */
export const openaiChatCaller = {
  name: NAME,
  decodeRequest: (body, json) => decodeRequest(body, json).request,
  decodePrompt,
  encoder: chunkEncoder,
  encodeErrorBody,
  encodeCompletion,
  retained: {
    // Clients of chat completions cannot reconnect, except with an Idempotency-Key.
    defaults: { graceSeconds: 0, keyedGraceSeconds: 30 },
    encodeTerminalError: (error) => encodeErrorFrame(error),
    aggregate: aggregateAnswer,
    readText,
    readPosition: parseCursor,
    // Its frames carry no numbers.
    nextNumber: () => undefined,
  },
} as const satisfies CallerDialect;

export const openaiChat: Dialect = { name: NAME, caller: openaiChatCaller, upstream: openaiChatUpstream };
