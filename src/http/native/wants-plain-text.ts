import type { HttpExchange } from '../request/http-exchange.js';

/**
 * True for clients that accept text, and do not take an event stream by name. A browser that opens the URL asks
 * for `text/html`: it shows text as it comes, where an event stream would be a page of frames.
 */
export function wantsPlainText(exchange: HttpExchange): boolean {
  const accept = exchange.header('accept') ?? '';
  return /text\/(?:plain|html)/.test(accept) && !accept.includes('text/event-stream');
}
