import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { DecodedEvent, EventDecoder, KnownEvents } from '../../core/transcoder.js';
import { ChunkShape } from './chunk-shape.js';
import { isRecord, readChunk, readIndex, readText, type ChatChunk, type Delta } from './read-chunk.js';
import { streamError } from './read-error.js';
import { readUsage } from './read-usage.js';

const DONE: DecodedEvent = { parts: [], done: true };

/** Reads the events of one stream. Throws `upstream-error` at one that is neither JSON nor `[DONE]`. */
export function eventDecoder(): EventDecoder {
  return new ChunkDecoder();
}

class ChunkDecoder implements EventDecoder {
  readonly #shape = new ChunkShape();

  decode(data: string): DecodedEvent {
    if (data === '[DONE]') return DONE;
    const chunk = readChunk(data);
    if (chunk === undefined) {
      throw new SluiceError('upstream-error', 'The upstream sent an event that is no chat completion chunk');
    }
    this.#shape.learn(data, chunk);
    return { parts: partsOf(chunk), done: false, model: chunk.model };
  }

  known(block: Buffer, from: number): KnownEvents | undefined {
    return this.#shape.read(block, from);
  }
}

/** The parts of one chunk, in the order in which a reader needs them. */
export function partsOf(chunk: ChatChunk): StreamPart[] {
  if (chunk.error !== undefined && chunk.error !== null) {
    return [{ type: 'error', error: streamError(chunk.error) }];
  }
  const parts: StreamPart[] = [];
  for (const { index, finishReason, delta } of chunk.choices) {
    if (delta !== undefined) addDelta(parts, index, delta);
    if (finishReason) parts.push({ type: 'finish', choice: index, reason: finishReason });
  }
  const usage = isRecord(chunk.usage) ? readUsage(chunk.usage) : undefined;
  if (usage !== undefined) parts.push({ type: 'usage', usage });
  return parts;
}

/** `reasoning_content` is DeepSeek's and llama.cpp's field, `reasoning` OpenRouter's and Ollama's. */
function addDelta(parts: StreamPart[], choice: number, delta: Delta): void {
  const reasoning = readText(delta['reasoning_content']) ?? readText(delta['reasoning']);
  if (reasoning) parts.push({ type: 'reasoning-delta', choice, text: reasoning });
  const text = readText(delta['content']) || readText(delta['refusal']);
  if (text) parts.push({ type: 'text-delta', choice, text });
  const { function_call: single, tool_calls: calls } = delta;
  // The older single call, which some servers still stream.
  if (isRecord(single)) parts.push(toolCallDelta(choice, { function: single }));
  if (!Array.isArray(calls)) return;
  for (const call of calls as unknown[]) if (isRecord(call)) parts.push(toolCallDelta(choice, call));
}

function toolCallDelta(choice: number, call: Readonly<Record<string, unknown>>): StreamPart {
  const { id, function: called } = call;
  const { name, arguments: json } = isRecord(called) ? called : {};
  return {
    type: 'tool-call-delta',
    choice,
    index: readIndex(call['index']),
    ...(isFilled(id) && { id }),
    ...(isFilled(name) && { name }),
    ...(isFilled(json) && { arguments: json }),
  };
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
