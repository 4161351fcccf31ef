import { z } from 'zod';
import type { PartialText } from '../../core/dialect/continuation.js';
import { sseDataOf } from '../sse-data.js';
import { MAX_CONTINUATION_CHARS } from '../max-continuation-chars.js';

/** The only frame after which another model may continue. */
const deltaSchema = z.strictObject({ delta: z.string() });

/** What some native frames said. Anything but text deltas is no plain text. */
export function readText(frames: Buffer): PartialText {
  const deltas = sseDataOf(frames.toString()).map(deltaOf);
  const texts = deltas.filter((delta) => delta !== undefined && delta !== '');
  const text = texts.join('');
  const isPlainText = deltas.every((delta) => delta !== undefined) && text.length <= MAX_CONTINUATION_CHARS;
  return { text, tokens: texts.length, isPlainText, head: {} };
}

function deltaOf(data: string): string | undefined {
  try {
    return deltaSchema.safeParse(JSON.parse(data)).data?.delta;
  } catch {
    return undefined;
  }
}
