import type { HttpExchange } from './http-exchange.js';

/** Where a reader of a stream was: the header wins. Undefined for one that begins. */
export function lastEventIdOf(exchange: HttpExchange): string | undefined {
  return exchange.header('last-event-id') ?? exchange.query('lastEventId');
}
