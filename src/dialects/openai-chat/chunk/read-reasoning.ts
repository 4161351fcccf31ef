import { isRecord } from './is-record.js';
import { readText, type Delta } from './read-chunk.js';

/** DeepSeek's, vLLM's and llama.cpp's field, OpenRouter's and Ollama's, OpenRouter's list, and others. */
const FIELDS = ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking', 'reasoning_text'] as const;

/** The reasoning of a delta: that of the first field that has any; undefined where none has. */
export function readReasoning(delta: Delta): string | undefined {
  for (const field of FIELDS) {
    const value = delta[field];
    if (value === undefined) continue;
    const text = reasoningText(value);
    if (text !== '') return text;
  }
  return undefined;
}

/** A text, a piece with one (`text`, `thinking`, `summary`), or a list of either; empty for anything else. */
export function reasoningText(value: unknown): string {
  if (Array.isArray(value)) return (value as unknown[]).map(pieceText).join('');
  return pieceText(value);
}

function pieceText(value: unknown): string {
  if (!isRecord(value)) return readText(value) ?? '';
  const { text, thinking, reasoning, summary, content } = value;
  for (const field of [text, thinking, reasoning, summary, content]) {
    const said = Array.isArray(field) ? textsIn(field) : readText(field);
    if (said) return said;
  }
  return '';
}

/** No deeper: what is nested further is no reasoning of any known server. */
function textsIn(list: readonly unknown[]): string {
  return list.map((one) => (isRecord(one) ? readText(one['text']) : readText(one)) ?? '').join('');
}
