import { SluiceError } from '../../core/sluice-error.js';
import { parseCursor } from '../../dialects/native/cursor.js';
import type { Position } from '../../resumable/resumable-streams.js';
import type { HttpExchange } from './http-exchange.js';

/** Where a reader of a stream was: the header wins. Undefined for one that begins. */
export function lastEventIdOf(exchange: HttpExchange): string | undefined {
  return exchange.header('last-event-id') ?? exchange.query('lastEventId');
}

/** True for a reader whose cursor says that it has the last frame of its stream. */
export function hasLastFrame(exchange: HttpExchange): boolean {
  return lastEventIdOf(exchange)?.endsWith('.end') === true;
}

/** Where a reader of a stream is. Throws `invalid-request` for a cursor of no or another stream. */
export function positionOf(exchange: HttpExchange, streamId: string): Position {
  const id = lastEventIdOf(exchange);
  if (id === undefined) return { from: 0, epoch: 1 };
  const { streamId: of, sequence, epoch } = parseCursor(id);
  if (of === streamId) return { from: sequence + 1, epoch };
  throw new SluiceError('invalid-request', 'Last-Event-ID is of another stream');
}
