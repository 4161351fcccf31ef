import type { PartialText } from '../../core/continuation.js';
import type { EventBatch } from '../../core/event-block.js';
import { decodeEvents } from '../../core/read-block.js';
import { sseDataOf } from '../data-of-frames.js';
import { continuation } from './continuation.js';
import { eventDecoder } from './decode-event.js';

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
