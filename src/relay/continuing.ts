import type { Continuation, Said, SaidListener } from '../core/continuation.js';
import type { TranscodedSink } from '../core/session-source.js';
import { SluiceError } from '../core/sluice-error.js';
import type { Transcoded, Transcoder } from '../core/transcoder.js';
import { mayFailOver } from '../upstream/failure.js';

/** Tells a listener what a transcoder is given. */
export function overheard<F>(transcoder: Transcoder<F>, listener: SaidListener): Transcoder<F> {
  return {
    push(block) {
      listener.hear(block);
      return transcoder.push(block);
    },
    opening: () => transcoder.opening(),
    finish: (ending) => transcoder.finish(ending),
    fail: (error) => transcoder.fail(error),
  };
}

/** How a dialect goes on, what was said, and who tries. */
export interface ContinuingOptions<F> {
  readonly sink: TranscodedSink<F>;
  readonly listener: SaidListener;
  readonly continuation: Continuation;
  /** Tries to go on; false if nobody can. From then on the sink is its business. */
  readonly goOn: (said: Said, error: SluiceError) => boolean;
}

/** Stands before a stream's session. When its attempt breaks off within a text, another one may go on, once. */
export class ContinuingSink<F> implements TranscodedSink<F> {
  #finished = false;

  constructor(private readonly options: ContinuingOptions<F>) {}

  get closed(): boolean {
    return this.options.sink.closed;
  }

  next(transcoded: Transcoded<F>): void {
    const { sink } = this.options;
    this.#finished ||= transcoded.finished.length > 0 || transcoded.done;
    const { error, ...rest } = transcoded;
    if (error === undefined) return sink.next(transcoded);
    if (!this.#mayGoOn(error)) return sink.next(transcoded);
    // What stood before the error is delivered first.
    if (rest.output.length > 0) sink.next(rest);
    // That may have ended the stream: nobody would read, or stop, what goes on.
    if (sink.closed) return undefined;
    if (!this.options.goOn(this.options.listener.said, error)) sink.error(error);
    return undefined;
  }

  error(cause: unknown): void {
    const { sink, listener, goOn } = this.options;
    const error = SluiceError.from(cause);
    if (this.#mayGoOn(error) && goOn(listener.said, error)) return;
    sink.error(error);
  }

  complete(): void {
    this.options.sink.complete();
  }

  #mayGoOn(error: SluiceError): boolean {
    const { isPlainText, text } = this.options.listener.said;
    return !this.#finished && isPlainText && text !== '' && mayFailOver(error);
  }
}
