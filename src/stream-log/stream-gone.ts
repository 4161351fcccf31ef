import { SluiceError } from '../core/sluice-error.js';

/** The error of a reader that requests a frame which is not retained. */
export function streamGone(): SluiceError {
  return new SluiceError('stream-gone', 'A part of the stream is not kept any more; ask again');
}
