import type { Exchange } from './exchange.js';

/** True for clients that ask for `text/plain`, and do not take an event stream by name. */
export function wantsPlainText(exchange: Exchange): boolean {
  const accept = exchange.header('accept') ?? '';
  return accept.includes('text/plain') && !accept.includes('text/event-stream');
}
