import { SluiceError } from '../../../core/sluice-error.js';
import type { UpstreamEvent } from '../../../core/dialect/event-batch.js';
import type { StreamPart } from '../../../core/stream-part.js';
import type { DecodedEvent, EventDecoder, FastPathEvents } from '../../../core/dialect/transcoder.js';
import { addPart } from './add-part.js';
import { ChunkTemplate } from '../chunk-template.js';
import { failureOfFinish } from '../errors/finish-reason.js';
import { readChunk, type ChatChunk } from './read-chunk.js';
import { addDelta } from './read-delta.js';
import { streamError } from '../errors/read-error.js';
import { readMarker } from './read-marker.js';
import { readUsage } from '../usage/read-usage.js';
import { ToolCalls } from './tool-calls.js';

/** Reads the events of one stream. Throws `upstream-error` at one that is neither JSON nor `[DONE]`. */
export function eventDecoder(): EventDecoder {
  return new ChunkDecoder();
}

class ChunkDecoder implements EventDecoder {
  readonly #template = new ChunkTemplate();
  readonly #calls = new ToolCalls();
  readonly #started = new Set<number>();

  decode(event: UpstreamEvent): DecodedEvent {
    const sign = readMarker(event);
    if (sign !== undefined) return sign;
    const { data } = event;
    const chunk = readChunk(data);
    if (chunk === undefined) throw noChunk();
    this.#template.learnFrom(data, chunk);
    return { parts: partsOf(chunk, this.#calls, this.#started), done: false, model: chunk.model };
  }

  decodeFast(block: Buffer, from: number): FastPathEvents | undefined {
    return this.#template.read(block, from);
  }
}

/** The error of an event that is neither a chunk nor a sign. */
export function noChunk(): SluiceError {
  return new SluiceError('upstream-error', 'The upstream sent an event that is no chat completion chunk');
}

/**
 * The parts of one chunk, in the order in which a reader needs them. `calls` are those of its stream so far, `begun` the choices of
 * which something was read: some servers repeat a whole message behind its deltas.
 */
export function partsOf(
  chunk: ChatChunk,
  calls = new ToolCalls(),
  begun: Set<number> = new Set(),
): StreamPart[] {
  if (chunk.reported !== undefined) return [{ type: 'error', error: streamError(chunk.reported) }];
  const parts: StreamPart[] = [];
  for (const { index, finishReason, delta, message } of chunk.choices) {
    const said = delta ?? (begun.has(index) ? undefined : message);
    const before = parts.length;
    if (said !== undefined) addDelta(parts, index, said, calls);
    if (parts.length > before) begun.add(index);
    if (finishReason !== undefined) addPart(parts, endOf(index, finishReason));
  }
  const usage = readUsage(chunk.usage);
  if (usage !== undefined) addPart(parts, { type: 'usage', usage });
  return parts;
}

function endOf(choice: number, reason: string): StreamPart {
  const error = failureOfFinish(reason);
  return error === undefined ? { type: 'finish', choice, reason } : { type: 'error', error };
}
