import type { StreamPart } from '../../core/stream-part.js';
import { sseDataOf } from '../sse-data.js';
import { eventDecoder } from './chunk/decode-event.js';
import { completionToEvents } from './completion-to-events.js';

/** What a whole chat completion says. Throws `upstream-error` where the body is none. */
export function completionParts(body: unknown): StreamPart[] {
  const decoder = eventDecoder();
  const events = sseDataOf(completionToEvents(body));
  return events.flatMap((data) => decoder.decode({ data, name: undefined }).parts);
}
