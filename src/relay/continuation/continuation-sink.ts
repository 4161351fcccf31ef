import type { Continuation, PartialText, TextRecorder } from '../../core/dialect/continuation.js';
import type { StreamObserver } from '../../core/dialect/stream-source.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { isFailoverable } from '../../routing/failover/classify-failure.js';

/** Tells a listener what a transcoder is given. */
export function withTextRecorder<F>(transcoder: Transcoder<F>, listener: TextRecorder): Transcoder<F> {
  return {
    push(block) {
      listener.record(block);
      return transcoder.push(block);
    },
    opening: () => transcoder.opening(),
    finish: (ending) => transcoder.finish(ending),
    fail: (error) => transcoder.fail(error),
  };
}

/** How a dialect continues an answer, the text so far, and what starts the continuation. */
export interface ContinuationSinkOptions<F> {
  readonly sink: StreamObserver<F>;
  readonly listener: TextRecorder;
  readonly continuation: Continuation;
  /** Tries to continue; false if no target can. From then on it owns the sink. */
  readonly continueElsewhere: (partial: PartialText, error: SluiceError) => boolean;
}

/** Stands before a stream's session. When its attempt is cut within a text, another one may continue it, once. */
export class ContinuationSink<F> implements StreamObserver<F> {
  #finished = false;

  constructor(private readonly options: ContinuationSinkOptions<F>) {}

  get closed(): boolean {
    return this.options.sink.closed;
  }

  next(transcoded: TranscodeResult<F>): void {
    const { sink } = this.options;
    this.#finished ||= transcoded.finished.length > 0 || transcoded.done;
    const { error, ...rest } = transcoded;
    if (error === undefined) return sink.next(transcoded);
    if (!this.#mayContinue(error)) return sink.next(transcoded);
    // What stood before the error is delivered first.
    if (rest.output.length > 0) sink.next(rest);
    // That may have ended the stream: a continuation would have no reader, and no end.
    if (sink.closed) return undefined;
    if (!this.options.continueElsewhere(this.options.listener.partial, error)) sink.error(error);
    return undefined;
  }

  error(cause: unknown): void {
    const { sink, listener, continueElsewhere: continueWith } = this.options;
    const error = SluiceError.from(cause);
    if (this.#mayContinue(error) && continueWith(listener.partial, error)) return;
    sink.error(error);
  }

  complete(): void {
    this.options.sink.complete();
  }

  #mayContinue(error: SluiceError): boolean {
    const { isPlainText, text } = this.options.listener.partial;
    return !this.#finished && isPlainText && text !== '' && isFailoverable(error);
  }
}
