import type { ZodError } from 'zod';
import { SluiceError } from '../core/sluice-error.js';

/** Names each field that is wrong and why. Values are left out: they may be prompts. */
export function invalidRequest(error: ZodError): SluiceError {
  const issues = error.issues.map(({ path, message }) =>
    path.length === 0 ? `body: ${message}` : `${path.join('.')}: ${message}`,
  );
  return new SluiceError('invalid-request', `The request is not valid: ${issues.join('; ')}`);
}
