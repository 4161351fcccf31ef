import type { StreamPart } from '../../../core/stream-part.js';
import { addPart } from './add-part.js';
import { addContent } from './read-content.js';
import { readReasoning } from './read-reasoning.js';
import type { Delta } from './read-chunk.js';
import type { ToolCalls } from './tool-calls.js';

/** Adds what a delta says, in the order in which a reader needs it: reasoning, content, tool calls. */
export function addDelta(parts: StreamPart[], choice: number, delta: Delta, calls: ToolCalls): void {
  const reasoning = readReasoning(delta);
  if (reasoning !== undefined) addPart(parts, { type: 'reasoning-delta', choice, text: reasoning });
  addContent(parts, choice, delta);
  for (const call of calls.read(choice, delta)) addPart(parts, call);
}
