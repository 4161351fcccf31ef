import { Observable, type Observer, type Subscriber } from 'rxjs';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeTerminalError } from '../../dialects/terminal-error.js';
import type { StreamStatus } from '../../stream-log/stream-log.js';
import type { FrameSource } from '../sse/frame-writer.js';

/** The id line of a native frame. */
const NUMBER = /\nid: [0-9a-f]+\.(\d+)/g;

/**
 * Frames from number `from` on of a kept stream. A reader of what is not kept any more is told so in the stream's dialect;
 * any other failure breaks its connection off: it comes back, and may find the stream elsewhere.
 */
export function endOnStreamGone(
  { output, flow }: FrameSource,
  stream: Pick<StreamStatus, 'id' | 'dialect'>,
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
    private readonly stream: Pick<StreamStatus, 'id' | 'dialect'>,
    private readonly from: number,
  ) {}

  next(frame: FrameBytes): void {
    this.#last = frame;
    this.subscriber.next(frame);
  }

  error(error: unknown): void {
    const known = SluiceError.from(error);
    if (known.code !== 'stream-gone') return this.subscriber.error(error);
    this.subscriber.next(encodeTerminalError(this.stream, numberAfter(this.#last) ?? this.from, known));
    return this.subscriber.complete();
  }

  complete(): void {
    this.subscriber.complete();
  }
}

/** The number after that of the last frame; undefined where none is numbered. */
function numberAfter(frames: FrameBytes): number | undefined {
  const number = [...frames.toString().matchAll(NUMBER)].at(-1)?.[1];
  return number === undefined ? undefined : Number(number) + 1;
}
