import type { Transcoded } from './transcoder.js';

/** What was seen in a block. */
export type Seen = Omit<Transcoded<never>, 'output'>;

/**
 * A block with all of its fields, whether they say something or not: objects made by spreading others have a shape of
 * their own each, and what reads a field of them searches for it anew (docs/decisions/0015).
 */
export function transcoded<F>(output: readonly F[], seen: Seen): Transcoded<F> {
  const { events, content, done, finishes, finishReason, usage, model, error } = seen;
  return { output, events, content, done, finishes, finishReason, usage, model, error };
}

/** A block of so many texts, and nothing else. */
export function transcodedTexts<F>(output: readonly F[], events: number): Transcoded<F> {
  return {
    output,
    events,
    content: true,
    done: false,
    finishes: 0,
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    error: undefined,
  };
}
