import type { ClientRequest, ClientRequestArgs } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { becameIdle, leftIdle } from './idle-socket.js';

/** An agent for TLS that knows which of its sockets were idle. */
export class PooledHttpsAgent extends Agent {
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // As in PooledHttpAgent: what lives as long as the socket holds no headers, and the time limit is for idle sockets.
    delete options.headers;
    delete options.timeout;
    return super.createConnection(options, callback);
  }

  override keepSocketAlive(socket: Duplex): void {
    becameIdle(socket);
    return super.keepSocketAlive(socket);
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    leftIdle(socket, request);
  }
}
