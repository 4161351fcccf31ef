import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from '../../http/bodies/body-headers.js';

/**
 * Watches for connections on which no whole request has come yet: neither a head, nor the body that belongs to it. A closing
 * server waits for them without end; the returned function closes them.
 */
export function closeIdleConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  // One function for all connections, and one for all requests.
  function forget(this: Socket): void {
    unused.delete(this);
  }
  function arrived(this: IncomingMessage): void {
    unused.delete(this.socket);
  }
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.on('close', forget);
  });
  server.on('request', (request: IncomingMessage) => {
    const { socket } = request;
    if (hasBody(request.headers)) {
      if (!socket.destroyed) unused.add(socket);
      request.once('end', arrived);
    } else unused.delete(socket);
  });
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
