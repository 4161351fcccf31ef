import { isWithinJsonBounds } from './json-bounds.js';
import { SluiceError } from '../sluice-error.js';

/** Objects, arrays and fields of one event. */
const MAX_NODES = 200_000;

/**
 * The value of a JSON text that an upstream sent; undefined if it is no JSON. Throws `upstream-error` if it is nested
 * deeper than 256 levels, or holds more than `maxNodes` objects, arrays and fields; four items count
 * for one.
 */
export function parseJson(text: string, maxNodes = MAX_NODES): unknown {
  if (!isWithinJsonBounds(text, maxNodes)) {
    const problem = 'The upstream sent JSON that is nested too deeply, or that holds too many values';
    throw new SluiceError('upstream-error', problem);
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
