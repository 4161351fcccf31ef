import type { Said } from '../../core/continuation.js';
import type { EventBlock } from '../../core/event-block.js';
import { readBlock } from '../../core/read-block.js';
import { dataOfFrames } from '../data-of-frames.js';
import { continuation } from './continuation.js';
import { eventDecoder } from './decode-event.js';

/** What some chunks said. Those with an end, or an error, are no plain text. */
export function readSaid(frames: Buffer): Said {
  const block: EventBlock = {
    bytes: frames,
    data: (from, to) => dataOfFrames(frames.toString('utf8', from, to)),
  };
  const listener = continuation.listen();
  listener.hear(block);
  const { done, finished, error } = readBlock(block, eventDecoder()).seen;
  const { said } = listener;
  return { ...said, isPlainText: said.isPlainText && !done && finished.length === 0 && error === undefined };
}
