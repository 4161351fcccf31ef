import type { DecodedRefusal } from '../../core/dialect.js';
import { readError } from './read-error.js';
import { refusalStatus } from './refusal-status.js';

/** Reads the body of an answer that is no success. Source: OpenAI API reference, 'Error codes'. */
export function decodeError(body: unknown, status: number): DecodedRefusal {
  const read = readError(body);
  return { status: refusalStatus(body, status), message: read?.message, providerError: read?.error };
}
