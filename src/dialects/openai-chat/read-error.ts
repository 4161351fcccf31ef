import { z } from 'zod';
import { SluiceError } from '../../core/sluice-error.js';

const errorSchema = z.object({ error: z.union([z.looseObject({ message: z.string() }), z.string().min(1)]) });

/** The error object of an OpenAI error body or of an error event; undefined if there is none. */
export function readError(
  body: unknown,
): { readonly message: string; readonly error: Record<string, unknown> } | undefined {
  const error = errorSchema.safeParse(body).data?.error;
  if (error === undefined) return undefined;
  if (typeof error === 'string') return { message: error, error: { message: error } };
  return { message: error.message, error };
}

/** An error that the upstream put inside its 200. Its own text is for callers of its own dialect. */
export function streamError(error: unknown): SluiceError {
  const read = readError({ error });
  return new SluiceError('upstream-error', 'The upstream reported an error within its stream', {
    ...(read && { providerError: read.error }),
  });
}
