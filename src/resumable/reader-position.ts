import { SluiceError } from '../core/sluice-error.js';
import type { StreamStatus } from '../stream-log/stream-log.js';

/** Where a reader is. */
export interface Position {
  /** The number of the frame that it needs next. */
  readonly from: number;
  /** Which of the stream's producers has sent the last frame that it has, from 1. */
  readonly epoch: number;
}

/** Throws `stream-gone` unless a reader gets from here all that it lacks, and has had nothing else. */
export function checkRetained(stream: StreamStatus, position: Position): void {
  if (isRetained(stream, position)) return;
  throw new SluiceError('stream-gone', 'A part of the stream is not kept any more; ask again');
}

/** True if a reader gets from here all that it lacks, and has had nothing else. */
function isRetained({ firstRetained, takenOverAt }: StreamStatus, { from, epoch }: Position): boolean {
  if (from < firstRetained) return false;
  if (epoch > 1) return takenOverAt !== undefined;
  return takenOverAt === undefined || from <= takenOverAt;
}

/**
 * Where a reader goes on that has the frames before `from`; undefined where it has them all. One of a stream that broke off
 * may have had frames that are not kept, and lacks the last one all the same.
 */
export function resumePosition({ state, frames, truncated }: StreamStatus, from: number): number | undefined {
  if (state === 'running' || from < frames) return from;
  return truncated ? frames - 1 : undefined;
}
