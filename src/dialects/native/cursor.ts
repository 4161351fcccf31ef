import type { FrameBytes } from '../../core/frame-bytes.js';
import type { ReaderPosition } from '../../core/dialect/caller-dialect.js';
import { SluiceError } from '../../core/sluice-error.js';

/** The id line of a frame. */
const NUMBER = /\nid: [0-9a-f]+\.(\d+)/g;
const CURSOR = /^([0-9a-f]{32})\.(\d{1,9})(?:\.e([2-9]|[1-9]\d))?(\.end)?$/;

/** A cursor as an event id: ASCII, without a character that makes a browser ask for a CORS preflight. */
export function formatCursor({ streamId, sequence, epoch, last }: ReaderPosition): string {
  return `${streamId}.${sequence}${formatEpoch(epoch)}${last ? '.end' : ''}`;
}

/** What stands after the number in frames of an epoch: nothing in those of the first. */
export function formatEpoch(epoch: number): string {
  return epoch === 1 ? '' : `.e${epoch}`;
}

/** An event id as a cursor. Throws `invalid-request` if it is none of ours. */
export function parseCursor(id: string): ReaderPosition {
  const [, streamId, sequence, epoch = 1, end] = CURSOR.exec(id) ?? [];
  if (streamId === undefined) {
    throw new SluiceError('invalid-request', 'Last-Event-ID is not an id that this service gave');
  }
  return { streamId, sequence: Number(sequence), epoch: Number(epoch), last: end !== undefined };
}

/** The number after that of the last of some frames; undefined where none is numbered. */
export function nextNumber(frames: FrameBytes): number | undefined {
  const number = [...frames.toString().matchAll(NUMBER)].at(-1)?.[1];
  return number === undefined ? undefined : Number(number) + 1;
}
