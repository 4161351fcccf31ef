import { SluiceError } from '../core/sluice-error.js';

/** More are counted, not named. */
const MAX_NAMED = 5;

/** One thing that is wrong with a request, and the names that lead to it. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Names the first few fields that are wrong and why, and counts the others. Values are left out: they may be prompts.
 * `count` is how many there are, where not all were noted.
 */
export function invalidRequest(issues: readonly Issue[], count = issues.length): SluiceError {
  const named = issues
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => `${path.length === 0 ? 'body' : path.join('.')}: ${message}`);
  const list = count > named.length ? [...named, `and ${count - named.length} more`] : named;
  return new SluiceError('invalid-request', `The request is not valid: ${list.join('; ')}`);
}
