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

/** How a dialect goes on, what was said, and who tries. */
export interface ContinuationSinkOptions<F> {
  readonly sink: StreamObserver<F>;
  readonly listener: TextRecorder;
  readonly continuation: Continuation;
  /** Tries to go on; false if nobody can. From then on the sink is its business. */
  readonly continueElsewhere: (said: PartialText, error: SluiceError) => boolean;
}

/** Stands before a stream's session. When its attempt breaks off within a text, another one may go on, once. */
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
    // That may have ended the stream: nobody would read, or stop, what goes on.
    if (sink.closed) return undefined;
    if (!this.options.continueElsewhere(this.options.listener.partial, error)) sink.error(error);
    return undefined;
  }

  error(cause: unknown): void {
    const { sink, listener, continueElsewhere: goOn } = this.options;
    const error = SluiceError.from(cause);
    if (this.#mayContinue(error) && goOn(listener.partial, error)) return;
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
