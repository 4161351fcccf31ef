import { z } from 'zod';
import type { Said } from '../../core/continuation.js';
import { dataOfFrames } from '../data-of-frames.js';
import { MAX_SAID } from '../max-said.js';

/** The only frame that another model may go on after. */
const deltaSchema = z.strictObject({ delta: z.string() });

/** What some native frames said. Anything but text deltas is no plain text. */
export function readSaid(frames: Buffer): Said {
  const deltas = dataOfFrames(frames.toString()).map(deltaOf);
  const texts = deltas.filter((delta) => delta !== undefined && delta !== '');
  const text = texts.join('');
  const isPlainText = deltas.every((delta) => delta !== undefined) && text.length <= MAX_SAID;
  return { text, tokens: texts.length, isPlainText, head: {} };
}

function deltaOf(data: string): string | undefined {
  try {
    return deltaSchema.safeParse(JSON.parse(data)).data?.delta;
  } catch {
    return undefined;
  }
}
