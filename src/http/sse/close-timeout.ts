import type { ServerResponse } from 'node:http';

/** How long a response that is complete may wait for a client that takes nothing of it, in milliseconds. */
export const CLOSE_TIMEOUT_MS = 60_000;

/**
 * From now on only the client is waited for: a minute from the last byte that it took. The time is the response's alone,
 * not its connection's.
 */
export function closeAfterTimeout(response: ServerResponse): void {
  const hosts = response.socket?.timeout ?? 0;
  response.setTimeout(CLOSE_TIMEOUT_MS, () => response.destroy());
  // Before Node sets the time that the connection may be kept for.
  response.prependOnceListener('finish', () => response.socket?.setTimeout(hosts));
}
