import { SluiceError } from '../../../core/sluice-error.js';
import type { StreamPart } from '../../../core/stream-part.js';

/** Of one event. Items of a list are cheap to parse, and each costs far more where it becomes a part. */
const MAX_PARTS = 50_000;

/** Adds a part to those of its event. Throws `upstream-error` where they are more than 50,000. */
export function addPart(parts: StreamPart[], part: StreamPart): void {
  if (parts.length >= MAX_PARTS) {
    throw new SluiceError('upstream-error', `The upstream sent an event of more than ${MAX_PARTS} parts`);
  }
  parts.push(part);
}
