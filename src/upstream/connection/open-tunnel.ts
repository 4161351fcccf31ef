import http from 'node:http';
import type { Socket } from 'node:net';
import type { Proxy } from './proxy.js';
import { ProxyError } from './proxy-error.js';

/** How the opening of a tunnel ends: with one of the two. */
export interface Opening {
  /** An abort closes the connection to the proxy. */
  readonly signal: AbortSignal | undefined;
  readonly opened: (socket: Socket) => void;
  readonly failed: (error: ProxyError) => void;
}

/** Opens a tunnel through a proxy to `host:port` (RFC 9110 9.3.6). */
export function openTunnel({ hostname, port, headers }: Proxy, authority: string, opening: Opening): void {
  const { signal, opened, failed } = opening;
  const request = http.request({
    hostname,
    port,
    method: 'CONNECT',
    path: authority,
    // Without an agent Node would say `close`.
    headers: { host: authority, connection: 'keep-alive', ...headers },
    agent: false,
    ...(signal !== undefined && { signal }),
  });
  request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
    socket.on('error', ignore);
    if (isSuccess(statusCode) && head.length === 0) return opened(socket);
    socket.destroy();
    return failed(new ProxyError(isSuccess(statusCode) ? 'it spoke first' : `it answered ${statusCode}`));
  });
  request.on('error', (error: NodeJS.ErrnoException) => failed(new ProxyError(error.code ?? 'it failed')));
  request.end();
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The user of the tunnel sees it close. */
function ignore(): void {}
