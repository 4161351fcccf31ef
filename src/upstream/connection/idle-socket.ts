import type { AgentOptions, ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Load balancers close connections that are idle for 60 seconds, or later. */
const MAX_IDLE_MS = 55_000;
/** Between two requests of steady traffic nothing is checked: its sockets have just been read. */
const MAX_UNCHECKED_MS = 10;

/** Of an agent whose sockets serve again: idle ones are closed early, sooner where the peer's `Keep-Alive` header says so. */
export const POOLED: AgentOptions = { keepAlive: true, timeout: MAX_IDLE_MS };

/** When a socket became idle, in milliseconds of `performance.now()`. */
const idleSince = new WeakMap<Duplex, number>();

const unchecked = new WeakSet<ClientRequest>();

/** Called by an agent that keeps a socket for another request. */
export function becameIdle(socket: Duplex): void {
  idleSince.set(socket, performance.now());
}

/** Called by an agent that gives a kept socket to a request. The time limit is for idle sockets alone. */
export function leftIdle(socket: Duplex, request: ClientRequest): void {
  if (socket instanceof Socket) socket.setTimeout(0);
  const idleMs = performance.now() - (idleSince.get(socket) ?? 0);
  if (idleMs > MAX_UNCHECKED_MS || isClosed(socket)) unchecked.add(request);
}

/** True for a request whose socket was idle for so long that its peer may have closed it unnoticed. */
export function mayBeClosed(request: ClientRequest): boolean {
  return unchecked.has(request);
}

/** True for a socket whose peer has closed it, as far as it was read. */
export function isClosed(socket: Duplex): boolean {
  return socket.destroyed || socket.readableEnded || !socket.writable;
}
