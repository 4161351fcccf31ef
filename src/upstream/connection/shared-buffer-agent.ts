import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { ConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { becameIdle, leftIdle } from './idle-socket.js';
import { parsing } from './socket-read.js';

/** As much as Node reads at once, in bytes. */
const READ_BYTES = 64 * 1024;

/**
 * Of all sockets. What is read is taken before the next read: libuv fills the buffer and calls back in one go, and Node's
 * HTTP parser copies what it hands on.
 */
const buffer = Buffer.alloc(READ_BYTES);

/** Of its beginning, by their length: most reads are short, and a view for each would be a twentieth of its garbage. */
const views: Buffer[] = [];
const LONGEST_VIEW = 1024;

/** Node calls it on the socket that was read. */
const onread: ConnectOpts['onread'] = {
  buffer,
  callback(this: Socket, bytes: number) {
    parsing(bytes);
    this.emit('data', viewOf(bytes));
    parsing(0);
    return true;
  },
};

function viewOf(bytes: number): Buffer {
  if (bytes > LONGEST_VIEW) return buffer.subarray(0, bytes);
  return (views[bytes] ??= buffer.subarray(0, bytes));
}

/**
 * An agent whose sockets read into one buffer (`onread` of `net.connect`), where Node makes a buffer of 64 KB for each
 * read, cuts it to its size, and passes it through a stream. Without TLS only: what is decrypted may be handed over
 * within another socket's call. It knows which of its sockets were idle.
 */
export class SharedBufferAgent extends Agent {
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // The agent keeps its options as long as the socket lives, and the first request's headers in them.
    delete options.headers;
    // The agent's own is for idle sockets.
    delete options.timeout;
    const withBuffer: ClientRequestArgs & ConnectOpts = { ...options, onread };
    return super.createConnection(withBuffer, callback);
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
