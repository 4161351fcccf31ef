import type { TranscodeResult } from './transcoder.js';

/** Of a block in which none finished: one for all of them. */
export const NO_CHOICES: readonly number[] = [];

/** What was seen in a block. */
export type BatchSummary = Omit<TranscodeResult<never>, 'output'>;

/**
 * A block with all of its fields, whether they say something or not: objects made by spreading others have a shape of
 * their own each, and what reads a field of them searches for it anew (docs/decisions/0015).
 */
export function transcodeResult<F>(output: readonly F[], seen: BatchSummary): TranscodeResult<F> {
  const { events, content, done, finished, finishReason, usage, model, error } = seen;
  return { output, events, content, done, finished, finishReason, usage, model, error };
}

/** A block of so many texts, and nothing else. */
export function textsResult<F>(output: readonly F[], events: number): TranscodeResult<F> {
  return {
    output,
    events,
    content: true,
    done: false,
    finished: NO_CHOICES,
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    error: undefined,
  };
}
