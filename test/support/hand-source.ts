import type { Transcoded } from '../../src/core/transcoder.js';
import type { SessionSource, TranscodedSink } from '../../src/core/session-source.js';

/** A session's source that does what a test says, and nothing once it is stopped. */
export class HandSource implements SessionSource<string> {
  #sink: TranscodedSink<string> | undefined;

  /** True from start to stop. */
  get isOpen(): boolean {
    return this.#sink !== undefined;
  }

  start(sink: TranscodedSink<string>): void {
    this.#sink = sink;
  }

  stop(): void {
    this.#sink = undefined;
  }

  next(transcoded: Transcoded<string>): void {
    this.#sink?.next(transcoded);
  }

  error(error: unknown): void {
    this.#sink?.error(error);
  }

  complete(): void {
    this.#sink?.complete();
  }
}
