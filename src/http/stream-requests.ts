import { SluiceError } from '../core/sluice-error.js';
import { parseCursor } from '../dialects/native/cursor.js';
import type { Exchange } from './exchange.js';

/** Where a reader of a stream was: the header wins. Undefined for one that begins. */
export function lastEventIdOf(exchange: Exchange): string | undefined {
  return exchange.header('last-event-id') ?? exchange.query('lastEventId');
}

/** True for a reader whose cursor says that it has the last frame of its stream. */
export function hasLastFrame(exchange: Exchange): boolean {
  return lastEventIdOf(exchange)?.endsWith('.end') === true;
}

/** The number of the frame that a reader needs next. Throws `invalid-request` for a cursor of no or another stream. */
export function nextFrame(exchange: Exchange, streamId: string): number {
  const id = lastEventIdOf(exchange);
  if (id === undefined) return 0;
  const cursor = parseCursor(id);
  if (cursor.streamId === streamId) return cursor.sequence + 1;
  throw new SluiceError('invalid-request', 'Last-Event-ID is of another stream');
}
