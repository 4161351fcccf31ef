import { isWithinJsonBounds } from '../../core/json/json-bounds.js';
import { SluiceError } from '../../core/sluice-error.js';

/** Objects, arrays and fields of one request: as many are read in some tenths of a second. */
const MAX_NODES = 350_000;

/**
 * The JSON body of a request; undefined for an empty one. Throws `invalid-request` for what is no JSON, or is not within the bounds
 * of `refuseUnbounded`. A name may be `__proto__`: nothing is assigned by names of a body.
 */
export function parseBody(text: string): unknown {
  if (text === '' || text.trim() === '') return undefined;
  refuseUnbounded(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError('invalid-request', 'The request is not valid: its body is no JSON');
  }
}

/**
 * Throws `invalid-request` for a JSON text that is nested deeper than 256 levels, or holds more than 350,000 objects, arrays and
 * fields; four items of arrays count for one.
 */
export function refuseUnbounded(text: string): void {
  if (!isWithinJsonBounds(text, MAX_NODES)) throw unboundedBody();
}

/** The error for a body that is nested too deeply or holds too many values. */
export function unboundedBody(): SluiceError {
  const problem = 'its body is nested too deeply, or holds too many values';
  return new SluiceError('invalid-request', `The request is not valid: ${problem}`);
}
