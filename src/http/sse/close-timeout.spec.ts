import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { closeAfterTimeout, CLOSE_TIMEOUT_MS } from './close-timeout.js';

/** A response to a client that has asked and takes nothing so far. `hostMs`: what the host gives each connection. */
async function answering(hostMs = 0) {
  const server = createServer().listen(0, '127.0.0.1');
  server.timeout = hostMs;
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port }).pause();
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const { socket } = response;
  if (socket === null) throw new Error('The response has no socket');
  const stop = () => {
    client.destroy();
    server.close().closeAllConnections();
  };
  return { client, response, socket, stop };
}

describe('linger', () => {
  it('ends a response whose client takes nothing for a minute', async () => {
    const { response, socket, stop } = await answering();
    closeAfterTimeout(response);
    expect(socket.timeout).toBe(CLOSE_TIMEOUT_MS);
    // What Node tells when the time is over.
    socket.emit('timeout');
    expect([response.destroyed, socket.destroyed]).toEqual([true, true]);
    stop();
  });

  it.each([0, 7_000])('gives the connection its own time of %d ms back when all is out', async (hostMs) => {
    const { client, response, socket, stop } = await answering(hostMs);
    closeAfterTimeout(response);
    response.end('all');
    client.resume();
    await once(response, 'finish');
    expect([socket.timeout, socket.destroyed]).toEqual([hostMs, false]);
    stop();
  });
});
