import type { TranscodeResult } from '../../src/core/dialect/transcoder.js';
import type { StreamSource, StreamObserver } from '../../src/core/dialect/stream-source.js';

/** A session's source that does what a test says, and nothing once it is stopped. */
export class HandSource implements StreamSource<string> {
  #sink: StreamObserver<string> | undefined;

  /** True from start to stop. */
  get isOpen(): boolean {
    return this.#sink !== undefined;
  }

  start(sink: StreamObserver<string>): void {
    this.#sink = sink;
  }

  stop(): void {
    this.#sink = undefined;
  }

  next(transcoded: TranscodeResult<string>): void {
    this.#sink?.next(transcoded);
  }

  error(error: unknown): void {
    this.#sink?.error(error);
  }

  complete(): void {
    this.#sink?.complete();
  }
}
