import type { UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { FinishInfo, StreamEnvelope, Transcoder } from '../../core/dialect/transcoder.js';

/** Prints a stream's opening and end with the transcoder of the attempt that serves; before one does, with the first. */
export class ActiveTranscoder<F> implements StreamEnvelope<F> {
  #current: Transcoder<F>;
  #unused: UpstreamDialect | undefined;

  /** `first` is the dialect of the first target. */
  constructor(
    first: UpstreamDialect,
    private readonly create: (dialect: UpstreamDialect) => Transcoder<F>,
  ) {
    this.#unused = first;
    this.#current = create(first);
  }

  /** One for an attempt: each reads a stream of its own. */
  forAttempt(dialect: UpstreamDialect): Transcoder<F> {
    const isFirst = this.#unused === dialect;
    this.#unused = undefined;
    return isFirst ? this.#current : this.create(dialect);
  }

  /** The attempt of this transcoder serves. */
  serve(transcoder: Transcoder<F>): void {
    this.#current = transcoder;
  }

  opening(): readonly F[] {
    return this.#current.opening();
  }

  finish(ending: FinishInfo): readonly F[] {
    return this.#current.finish(ending);
  }

  fail(error: SluiceError): readonly F[] | undefined {
    return this.#current.fail(error);
  }
}
