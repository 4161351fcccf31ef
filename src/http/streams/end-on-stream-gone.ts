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
 * Frames from number `from` on of a kept stream. A reader of what is not kept any more is told so in the stream's dialect;
 * any other failure breaks its connection off: it comes back, and may find the stream elsewhere.
 */
export function endOnStreamGone(
  { output, flow }: FrameSource,
  stream: ReadStream,
  from: number,
): FrameSource {
  const told = new Observable<FrameBytes>((subscriber) =>
    output.subscribe(new GoneStreamEnd(subscriber, stream, from)),
  );
  return { output: told, flow };
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
