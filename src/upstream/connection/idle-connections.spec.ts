import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Axios, isAxiosError, isCancel } from 'axios';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { POOLED } from './idle-socket.js';
import { nodeAdapter } from './node-adapter.js';
import { PooledHttpAgent } from './pooled-http-agent.js';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Sees all that a client sends, and does as it is told with each whole request. */
class RawServer {
  readonly sockets: Socket[] = [];
  requests = 0;
  onRequest: (socket: Socket) => void = (socket) => socket.write(ANSWER);
  readonly #server: Server = createServer((socket) => {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      if (!bytes.toString().endsWith('question')) return;
      this.requests += 1;
      this.onRequest(socket);
    });
  });

  async start(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** From now on all that is idle has been so for long. */
function later(): void {
  const now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now + 1_000);
}

function failureOf(requested: Promise<unknown>): Promise<unknown> {
  return requested.then(String, (error: unknown) => error);
}

function idleSocketOf({ freeSockets }: PooledHttpAgent): Socket | undefined {
  return Object.values(freeSockets).flatMap((sockets) => sockets ?? [])[0];
}

describe('a pooled connection', () => {
  let server: RawServer;
  let pooled: PooledHttpAgent;
  let ask: (signal?: LightAbortController) => Promise<string>;

  beforeEach(async () => {
    server = new RawServer();
    pooled = new PooledHttpAgent(POOLED);
    const url = await server.start();
    const connections = { pooled, fresh: new PooledHttpAgent() };
    const axios = new Axios({ adapter: nodeAdapter({ url, headers: {}, connections }) });
    ask = async (signal) =>
      text((await axios.request<IncomingMessage>({ data: 'question', ...(signal && { signal }) })).data);
    await ask();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    pooled.destroy();
    server.stop();
  });

  const served = () => server.sockets[0] as Socket;

  it('serves again', async () => {
    later();
    expect(await ask()).toBe('ok');
    expect(server.sockets).toHaveLength(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['refuses in words and closes', (socket) => socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n').destroy()],
  ])('that its peer %s while it is idle is not asked: a new one is', async (_, leave) => {
    later();
    leave(served());
    expect(await ask()).toBe('ok');
    expect(server.sockets).toHaveLength(2);
    expect(server.requests).toBe(2);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['reset', (socket) => socket.resetAndDestroy()],
    ['closed', (socket) => socket.end()],
    ['closed within an answer’s first line', (socket) => socket.end('HTTP/1.1 200')],
  ])('that is %s at once when the request was read is asked once', async (_, leave) => {
    later();
    server.onRequest = leave;
    const error = await failureOf(ask());
    expect(isAxiosError(error) && error.code).toMatch(/^ECONNRESET$|^HPE_INVALID_EOF_STATE$/);
    expect(server.requests).toBe(2);
  });

  it('is not asked for a request that was stopped while it was looked at', async () => {
    later();
    const stop = new LightAbortController();
    const requested = failureOf(ask(stop));
    // In the turns between the choice of the connection and the first byte.
    setImmediate(() => stop.abort('left'));
    expect(isCancel(await requested)).toBe(true);
    await once(served(), 'close');
    expect(server.requests).toBe(1);
  });

  it('is closed early, a second before its peer says that it will, and has no limit while it serves', async () => {
    await vi.waitFor(() => expect(idleSocketOf(pooled)?.timeout).toBe(55_000));
    const socket = idleSocketOf(pooled);
    server.onRequest = (peer) => {
      expect(socket?.timeout).toBe(0);
      peer.write(ANSWER.replace('\r\n\r\n', '\r\nkeep-alive: timeout=5\r\n\r\n'));
    };
    await ask();
    await vi.waitFor(() => expect(idleSocketOf(pooled)?.timeout).toBe(4_000));
  });
});
