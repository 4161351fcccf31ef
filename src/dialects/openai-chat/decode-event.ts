import { SluiceError } from '../../core/sluice-error.js';
import type { UpstreamEvent } from '../../core/event-block.js';
import type { StreamPart } from '../../core/stream-part.js';
import type { DecodedEvent, EventDecoder, KnownEvents } from '../../core/transcoder.js';
import { ChunkShape } from './chunk-shape.js';
import { readChunk, type ChatChunk } from './read-chunk.js';
import { addDelta } from './read-delta.js';
import { streamError } from './read-error.js';
import { readUsage } from './read-usage.js';
import { ToolCalls } from './tool-calls.js';

const DONE: DecodedEvent = { parts: [], done: true };

/** Reads the events of one stream. Throws `upstream-error` at one that is neither JSON nor `[DONE]`. */
export function eventDecoder(): EventDecoder {
  return new ChunkDecoder();
}

class ChunkDecoder implements EventDecoder {
  readonly #shape = new ChunkShape();
  readonly #calls = new ToolCalls();

  decode({ data }: UpstreamEvent): DecodedEvent {
    if (data === '[DONE]') return DONE;
    const chunk = readChunk(data);
    if (chunk === undefined) {
      throw new SluiceError('upstream-error', 'The upstream sent an event that is no chat completion chunk');
    }
    this.#shape.learn(data, chunk);
    return { parts: partsOf(chunk, this.#calls), done: false, model: chunk.model };
  }

  known(block: Buffer, from: number): KnownEvents | undefined {
    return this.#shape.read(block, from);
  }
}

/** The parts of one chunk, in the order in which a reader needs them. `calls` are those of its stream so far. */
export function partsOf(chunk: ChatChunk, calls = new ToolCalls()): StreamPart[] {
  if (chunk.error !== undefined && chunk.error !== null) {
    return [{ type: 'error', error: streamError(chunk.error) }];
  }
  const parts: StreamPart[] = [];
  for (const { index, finishReason, delta } of chunk.choices) {
    if (delta !== undefined) addDelta(parts, index, delta, calls);
    if (finishReason) parts.push({ type: 'finish', choice: index, reason: finishReason });
  }
  const usage = readUsage(chunk.usage);
  if (usage !== undefined) parts.push({ type: 'usage', usage });
  return parts;
}
