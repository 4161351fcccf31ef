import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { DecodedEvent } from '../../core/transcoder.js';
import { readChunk, type ChatChunk } from './read-chunk.js';
import { streamError } from './read-error.js';
import { readUsage } from './read-usage.js';

const DONE: DecodedEvent = { parts: [], done: true };

/** One event of a chat completion stream. Throws `upstream-error` if it is neither JSON nor `[DONE]`. */
export function decodeEvent(data: string): DecodedEvent {
  if (data === '[DONE]') return DONE;
  const chunk = readChunk(data);
  if (chunk === undefined) {
    throw new SluiceError('upstream-error', 'The upstream sent an event that is no chat completion chunk');
  }
  return { parts: partsOf(chunk), done: false, model: chunk.model };
}

/** The parts of one chunk, in the order in which a reader needs them. */
export function partsOf(chunk: ChatChunk): StreamPart[] {
  if (chunk.error !== undefined && chunk.error !== null) {
    return [{ type: 'error', error: streamError(chunk.error) }];
  }
  const parts: StreamPart[] = [];
  for (const choice of chunk.choices ?? []) {
    if (choice.delta) addDelta(parts, choice.index, choice.delta);
    if (choice.finish_reason) {
      parts.push({ type: 'finish', choice: choice.index, reason: choice.finish_reason });
    }
  }
  const usage = chunk.usage === undefined || chunk.usage === null ? undefined : readUsage(chunk.usage);
  if (usage !== undefined) parts.push({ type: 'usage', usage });
  return parts;
}

type Delta = NonNullable<NonNullable<ChatChunk['choices']>[number]['delta']>;

function addDelta(parts: StreamPart[], choice: number, delta: Delta): void {
  const reasoning = delta.reasoning_content ?? delta.reasoning;
  if (reasoning) parts.push({ type: 'reasoning-delta', choice, text: reasoning });
  const text = delta.content || delta.refusal;
  if (text) parts.push({ type: 'text-delta', choice, text });
  // The older single call, which some servers still stream.
  if (delta.function_call) parts.push(toolCallDelta(choice, { index: 0, function: delta.function_call }));
  for (const call of delta.tool_calls ?? []) parts.push(toolCallDelta(choice, call));
}

type Call = NonNullable<Delta['tool_calls']>[number];

function toolCallDelta(choice: number, { index, id, function: called }: Call): StreamPart {
  return {
    type: 'tool-call-delta',
    choice,
    index,
    ...(id && { id }),
    ...(called?.name && { name: called.name }),
    ...(called?.arguments && { arguments: called.arguments }),
  };
}
