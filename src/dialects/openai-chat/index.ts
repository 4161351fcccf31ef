import type { StreamFormat, UpstreamDialect } from '../../core/dialect/dialect.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { completionToEvents } from './completion-to-events.js';
import { continuation } from './continuation.js';
import { decodeCompletion } from './decode-completion.js';
import { decodeError } from './errors/decode-error.js';
import { eventDecoder } from './chunk/decode-event.js';
import { encodeRequest } from './encode-request.js';
import { passThrough } from './pass-through.js';

/** OpenAI chat completions, facing an upstream. */
export const openaiChat: UpstreamDialect = {
  name: 'openai-chat',
  path: '/chat/completions',
  encodeRequest,
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  decoder: eventDecoder,
  decodeError,
  decodeCompletion,
  completionToEvents,
  passThrough,
  continuation,
};

/** OpenAI chat completions, facing a caller. The upstream must speak the same dialect. */
export const openaiChatFormat: StreamFormat<FrameBytes> = (upstream, { request, continued }) =>
  (continued && upstream.continuation?.passThrough(request, continued)) ?? upstream.passThrough(request);
