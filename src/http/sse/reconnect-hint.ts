import { of } from 'rxjs';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { HttpExchange } from '../request/http-exchange.js';
import type { FrameSource } from './frame-writer.js';

/** In milliseconds. No blank line follows: it would be an empty event to some clients. */
const RETRY_LINE = 'retry: 3000\n';

/**
 * What a client is sent that should come again: EventSource gives up at a 503, and comes again after an empty stream.
 * Throws what it is given for every other client, and where coming again does not help.
 */
export function reconnectHint(exchange: HttpExchange, error: unknown): FrameSource {
  const isUnavailable = error instanceof SluiceError && error.code === 'stream-log-unavailable';
  const isEventSource =
    exchange.request.method === 'GET' && exchange.header('accept')?.includes('text/event-stream') === true;
  if (!isUnavailable || !isEventSource) throw error;
  return { output: of(RETRY_LINE), flow: new BackPressure() };
}
