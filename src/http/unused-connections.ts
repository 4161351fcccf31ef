import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches for connections that have not sent a whole request yet. A closing server waits for them without end;
 * the returned function closes them.
 */
export function watchUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  // One function for all connections.
  function forget(this: Socket): void {
    unused.delete(this);
  }
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.on('close', forget);
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
