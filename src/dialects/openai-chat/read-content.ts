import type { StreamPart } from '../../core/stream-part.js';
import { isRecord, readText, type Delta } from './read-chunk.js';
import { reasoningText } from './read-reasoning.js';

/** Adds the text of a delta, its `content` and its `refusal`. The content may be a list of parts, as Mistral sends it. */
export function addContent(parts: StreamPart[], choice: number, { content, refusal }: Delta): void {
  if (Array.isArray(content)) for (const one of content as unknown[]) addOne(parts, choice, one);
  else addText(parts, choice, content);
  addText(parts, choice, refusal);
}

function addOne(parts: StreamPart[], choice: number, one: unknown): void {
  if (!isRecord(one)) return addText(parts, choice, one);
  const { type, text, refusal } = one;
  if (type === 'thinking' || type === 'reasoning') {
    const reasoning = reasoningText(one);
    if (reasoning !== '') parts.push({ type: 'reasoning-delta', choice, text: reasoning });
    return;
  }
  addText(parts, choice, text);
  addText(parts, choice, refusal);
}

function addText(parts: StreamPart[], choice: number, value: unknown): void {
  const text = readText(value);
  if (text) parts.push({ type: 'text-delta', choice, text });
}
