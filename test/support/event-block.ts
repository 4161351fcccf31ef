import type { EventBatch } from '../../src/core/dialect/event-batch.js';
import { openaiChatUpstream } from '../../src/dialects/openai-chat/index.js';
import { SseFramer } from '../../src/upstream/response/sse-framer.js';

/** A block as it is cut from what an upstream sent. */
export function eventBlock(bytes: string): EventBatch {
  const block = new SseFramer(1_000_000, openaiChatUpstream).push(Buffer.from(bytes));
  if (block === undefined) throw new Error('There is no event in the text');
  return block;
}

/** A block of events with these data. */
export function blockOf(...data: readonly string[]): EventBatch {
  return eventBlock(data.map((one) => `data: ${one}\n\n`).join(''));
}
