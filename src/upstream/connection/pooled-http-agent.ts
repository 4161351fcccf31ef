import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { becameIdle, leftIdle } from './idle-socket.js';

/** An agent that knows which of its sockets were idle. */
export class PooledHttpAgent extends Agent {
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // The agent keeps its options as long as the socket lives, and the first request's headers in them.
    delete options.headers;
    // The agent's own is for idle sockets.
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
