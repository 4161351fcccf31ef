import type { Said } from '../../core/continuation.js';
import type { EventBlock } from '../../core/event-block.js';
import { readBlock } from '../../core/read-block.js';
import { dataOfFrames } from '../data-of-frames.js';
import { continuation } from './continuation.js';
import { eventDecoder } from './decode-event.js';

/** What some chunks said. Those with an end, or an error, are no plain text, and what cannot be read is none. */
export function readSaid(frames: Buffer): Said {
  try {
    return read(frames);
  } catch {
    return { text: '', tokens: 0, isPlainText: false, head: {} };
  }
}

function read(frames: Buffer): Said {
  const block: EventBlock = {
    bytes: frames,
    events: (from, to) =>
      dataOfFrames(frames.toString('utf8', from, to)).map((data) => ({ data, name: undefined })),
  };
  const listener = continuation.listen();
  listener.hear(block);
  const { done, finished, error } = readBlock(block, eventDecoder()).seen;
  const { said } = listener;
  return { ...said, isPlainText: said.isPlainText && !done && finished.length === 0 && error === undefined };
}
