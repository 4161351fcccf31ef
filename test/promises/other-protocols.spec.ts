import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { refusedOptionsFor } from '../support/options.js';
import { askIn, ways } from '../support/ways.js';

describe.each(hostKinds.slice(0, 1))('an upstream that switches protocols on $name', (kind) => {
  const sockets = new Set<Socket>();
  let answer = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.once('data', () => socket.write(answer));
  });
  let host: Host | undefined;

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    host = await startHost(kind, { sluice: refusedOptionsFor(`http://127.0.0.1:${port}/v1`) });
  });
  afterAll(async () => {
    await host?.stop();
    server.close();
  });

  it.each(
    ways.flatMap((way) => [
      { way, head: 'Connection: upgrade\r\nUpgrade: websocket\r\n' },
      { way, head: 'Connection: upgrade\r\nUpgrade: h2c\r\n' },
      { way, head: 'Upgrade: websocket\r\n' },
      { way, head: '' },
    ]),
  )('is a 502 at once, and its socket is closed: $way.name, $head', async ({ way, head }) => {
    answer = `HTTP/1.1 101 Switching Protocols\r\n${head}\r\nfollows`;
    const reported = await askIn(way, host?.url ?? '');
    expect(reported.status).toBe(502);
    expect(await reported.text()).toContain("The upstream 'scripted' answered 101");
    await expect.poll(() => sockets.size).toBe(0);
  });
});
