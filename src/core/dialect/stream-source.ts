import type { TranscodeResult } from './transcoder.js';

/** Where what an upstream sends goes. Nothing comes after `error` and `complete`, or once it is closed. */
export interface StreamObserver<F> {
  /** True when nothing more is wanted. */
  readonly closed: boolean;
  next(transcoded: TranscodeResult<F>): void;
  /** With a SluiceError, or with a defect. */
  error(error: unknown): void;
  complete(): void;
}

/** What a session reads: a plain object and no Observable, since each layer between the two costs by the event. */
export interface StreamSource<F> {
  /** Starts the source. It may emit within this call. */
  start(sink: StreamObserver<F>): void;
  /** Closes whatever is open, at any moment. May be called more than once. */
  stop(): void;
}
