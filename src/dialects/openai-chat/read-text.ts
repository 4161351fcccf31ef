import type { PartialText } from '../../core/dialect/continuation.js';
import type { EventBatch } from '../../core/dialect/event-batch.js';
import { decodeEvents } from '../../core/dialect/decode-events.js';
import { sseDataOf } from '../sse-data.js';
import { continuation } from './continuation.js';
import { eventDecoder } from './chunk/decode-event.js';

/** What some chunks said. Those with an end, or an error, are no plain text, and what cannot be read is none. */
export function readText(frames: Buffer): PartialText {
  try {
    return read(frames);
  } catch {
    return { text: '', tokens: 0, isPlainText: false, head: {} };
  }
}

function read(frames: Buffer): PartialText {
  const block: EventBatch = {
    bytes: frames,
    events: (from, to) =>
      sseDataOf(frames.toString('utf8', from, to)).map((data) => ({ data, name: undefined })),
  };
  const listener = continuation.listen();
  listener.record(block);
  const { done, finished, error } = decodeEvents(block, eventDecoder()).summary;
  const { partial: said } = listener;
  return { ...said, isPlainText: said.isPlainText && !done && finished.length === 0 && error === undefined };
}
