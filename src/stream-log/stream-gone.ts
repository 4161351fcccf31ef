import { SluiceError } from '../core/sluice-error.js';

/** What a reader is told that asks for a frame that is not kept. */
export function streamGone(): SluiceError {
  return new SluiceError('stream-gone', 'A part of the stream is not kept any more; ask again');
}
