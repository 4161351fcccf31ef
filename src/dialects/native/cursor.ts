import { SluiceError } from '../../core/sluice-error.js';

/** A position in a stream: after the frame `sequence`. `last` marks the frame that ended the stream. */
export interface Cursor {
  readonly streamId: string;
  readonly sequence: number;
  readonly last: boolean;
}

const CURSOR = /^([0-9a-f]{32})\.(\d{1,9})(\.end)?$/;

/** A cursor as an event id: ASCII, without a character that makes a browser ask for a CORS preflight. */
export function printCursor({ streamId, sequence, last }: Cursor): string {
  return `${streamId}.${sequence}${last ? '.end' : ''}`;
}

/** An event id as a cursor. Throws `invalid-request` if it is none of ours. */
export function parseCursor(id: string): Cursor {
  const [, streamId, sequence, end] = CURSOR.exec(id) ?? [];
  if (streamId === undefined) {
    throw new SluiceError('invalid-request', 'Last-Event-ID is not an id that this service gave');
  }
  return { streamId, sequence: Number(sequence), last: end !== undefined };
}
