import type { DecodedError } from '../../../core/dialect/upstream-dialect.js';
import { readError } from './read-error.js';
import { failureStatus } from './failure-status.js';

/** Reads the body of an answer that is no success. Source: OpenAI API reference, 'Error codes'. */
export function decodeError(body: unknown, status: number): DecodedError {
  const read = readError(body);
  return { status: failureStatus(body, status), message: read?.message, providerError: read?.error };
}
