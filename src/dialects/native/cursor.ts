import { SluiceError } from '../../core/sluice-error.js';

/** A position in a stream: after the frame `sequence`. `last` marks the frame that ended the stream. */
export interface Cursor {
  readonly streamId: string;
  readonly sequence: number;
  /** Which of the processes that have produced the stream has sent it, from 1. */
  readonly epoch: number;
  readonly last: boolean;
}

const CURSOR = /^([0-9a-f]{32})\.(\d{1,9})(?:\.e([2-9]|[1-9]\d))?(\.end)?$/;

/** A cursor as an event id: ASCII, without a character that makes a browser ask for a CORS preflight. */
export function formatCursor({ streamId, sequence, epoch, last }: Cursor): string {
  return `${streamId}.${sequence}${formatEpoch(epoch)}${last ? '.end' : ''}`;
}

/** What stands after the number in frames of an epoch: nothing in those of the first. */
export function formatEpoch(epoch: number): string {
  return epoch === 1 ? '' : `.e${epoch}`;
}

/** An event id as a cursor. Throws `invalid-request` if it is none of ours. */
export function parseCursor(id: string): Cursor {
  const [, streamId, sequence, epoch = 1, end] = CURSOR.exec(id) ?? [];
  if (streamId === undefined) {
    throw new SluiceError('invalid-request', 'Last-Event-ID is not an id that this service gave');
  }
  return { streamId, sequence: Number(sequence), epoch: Number(epoch), last: end !== undefined };
}
