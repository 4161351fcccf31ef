import { catchError, defer, of, tap } from 'rxjs';
import type { Frame } from '../core/frame.js';
import { SluiceError } from '../core/sluice-error.js';
import { encodeLastFrame } from '../dialects/last-frame.js';
import type { LoggedStream } from '../streams/stream-log.js';
import type { FrameSource } from './frame-writer.js';

/** The id line of a native frame. */
const NUMBER = /\nid: [0-9a-f]+\.(\d+)/g;

/**
 * Frames from number `from` on of a kept stream. Where its log fails, the reader is told in the stream's dialect; where it
 * is only this process that cannot read it any more, the connection breaks off, so that the reader comes back.
 */
export function toldEnd(
  { output, flow }: FrameSource,
  stream: Pick<LoggedStream, 'id' | 'dialect'>,
  from: number,
): FrameSource {
  const told = defer(() => {
    let last: Frame = '';
    return output.pipe(
      tap((frame) => (last = frame)),
      catchError((failure: unknown) => {
        const error = SluiceError.from(failure);
        if (error.code === 'stream-log-unavailable') throw error;
        return of(encodeLastFrame(stream, numberAfter(last) ?? from, error));
      }),
    );
  });
  return { output: told, flow };
}

/** The number after that of the last frame; undefined where none is numbered. */
function numberAfter(frames: Frame): number | undefined {
  const number = [...frames.toString().matchAll(NUMBER)].at(-1)?.[1];
  return number === undefined ? undefined : Number(number) + 1;
}
