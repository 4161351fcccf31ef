import type { EventBlock } from '../../src/core/event-block.js';
import { openaiChat } from '../../src/dialects/openai-chat/index.js';
import { SseBlocks } from '../../src/upstream/sse-blocks.js';

/** A block as it is cut from what an upstream sent. */
export function eventBlock(bytes: string): EventBlock {
  const block = new SseBlocks(1_000_000, openaiChat).push(Buffer.from(bytes));
  if (block === undefined) throw new Error('There is no event in the text');
  return block;
}

/** A block of events with these data. */
export function blockOf(...data: readonly string[]): EventBlock {
  return eventBlock(data.map((one) => `data: ${one}\n\n`).join(''));
}
