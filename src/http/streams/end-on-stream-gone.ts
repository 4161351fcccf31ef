import { Observable, type Observer, type Subscriber } from 'rxjs';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { RetainedCallerDialect } from '../../core/dialect/dialect-registry.js';
import type { FrameSource } from '../sse/frame-writer.js';

/** A retained stream that is read. */
export interface ReadStream {
  readonly id: string;
  readonly dialect: Pick<RetainedCallerDialect, 'retained'>;
}

/**
 * Frames of a retained stream from number `from` on. `stream-gone` becomes the last frame, in the stream's dialect;
 * any other failure breaks the connection, so that the client reconnects, perhaps to another replica.
 */
export function endOnStreamGone(
  { output, flow }: FrameSource,
  stream: ReadStream,
  from: number,
): FrameSource {
  const reported = new Observable<FrameBytes>((subscriber) =>
    output.subscribe(new GoneStreamEnd(subscriber, stream, from)),
  );
  return { output: reported, flow };
}

/** Passes one reader's frames on. */
class GoneStreamEnd implements Observer<FrameBytes> {
  #last: FrameBytes = '';

  constructor(
    private readonly subscriber: Subscriber<FrameBytes>,
    private readonly stream: ReadStream,
    private readonly from: number,
  ) {}

  next(frame: FrameBytes): void {
    this.#last = frame;
    this.subscriber.next(frame);
  }

  error(error: unknown): void {
    const known = SluiceError.from(error);
    if (known.code !== 'stream-gone') return this.subscriber.error(error);
    const { id, dialect } = this.stream;
    const number = dialect.retained.nextNumber(this.#last) ?? this.from;
    this.subscriber.next(dialect.retained.encodeTerminalError(known, { id, number }));
    return this.subscriber.complete();
  }

  complete(): void {
    this.subscriber.complete();
  }
}
