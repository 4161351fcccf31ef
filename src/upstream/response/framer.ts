import type { EventBatch } from '../../core/dialect/event-batch.js';
import type { SluiceError } from '../../core/sluice-error.js';

/** Cuts the chunks of one response into batches of whole events. */
export interface Framer {
  /** `upstream-error` as soon as one event exceeds its bound; nothing may be pushed after that. */
  readonly tooLarge: SluiceError | undefined;
  /** The events that are complete with this chunk, or undefined if there is none. */
  push(chunk: Buffer): EventBatch | undefined;
  /** What is left when the upstream has closed, if it is an event. */
  flush(): EventBatch | undefined;
}
