import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer as wholeOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PooledHttpAgent } from './pooled-http-agent.js';

describe('PooledHttpAgent', () => {
  let answer: (response: ServerResponse, path: string) => void;
  let connections = 0;
  const server = createServer((request, response) => answer(response, request.url ?? ''));
  server.on('connection', () => (connections += 1));
  let agent: PooledHttpAgent;

  beforeEach(async () => {
    connections = 0;
    agent = new PooledHttpAgent({ keepAlive: true });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    agent.destroy();
    server.close().closeAllConnections();
    await once(server, 'close');
  });

  const ask = async (path = '/', headers = {}): Promise<IncomingMessage> => {
    const { port } = server.address() as AddressInfo;
    const [response] = (await once(get({ host: '127.0.0.1', port, path, agent, headers }), 'response')) as [
      IncomingMessage,
    ];
    return response;
  };

  it('keeps apart what many connections say at the same time, kept for later or not', async () => {
    answer = (response, path) => {
      let left = 200;
      const more = () => {
        left -= 1;
        response.write(path.repeat(1 + (left % 40)));
        if (left > 0) setImmediate(more);
        else response.end();
      };
      more();
    };
    const paths = Array.from({ length: 20 }, (_, number) => `/${number}-${'ä'.repeat(number)}`);
    const said = await Promise.all(
      paths.map(async (path) => {
        const pieces: Buffer[] = [];
        // What was read first is looked at last.
        for await (const piece of await ask(encodeURI(path))) pieces.push(piece as Buffer);
        return Buffer.concat(pieces).toString();
      }),
    );
    for (const [number, path] of paths.entries())
      expect(said[number]).toMatch(new RegExp(`^(?:${encodeURI(path)})+$`));
  });

  it('keeps no headers in the options that the agent keeps with a socket', async () => {
    answer = (response) => response.end('whole');
    const connects = vi.spyOn(agent, 'createConnection');
    await wholeOf(await ask('/', { authorization: 'Bearer secret' }));
    expect(connects).toHaveBeenCalledOnce();
    expect(connects.mock.calls[0]?.[0]).not.toHaveProperty('headers');
  });

  it('uses a connection again', async () => {
    answer = (response) => response.end('whole');
    for (let times = 0; times < 3; times += 1) expect(String(await wholeOf(await ask()))).toBe('whole');
    expect(connections).toBe(1);
  });

  it('reads an answer to the end that ends with its connection', async () => {
    answer = (response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { connection: 'close' });
      response.write('first');
      setImmediate(() => response.end('x'.repeat(200_000)));
    };
    expect((await wholeOf(await ask())).length).toBe(200_005);
  });

  it('reads an answer of several reads at once, larger than the buffer', async () => {
    const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 251));
    answer = (response) => response.end(body);
    expect((await wholeOf(await ask())).equals(body)).toBe(true);
  });

  it('stops reading while the answer is paused', async () => {
    let taken = true;
    answer = (response) => {
      const more = () => {
        taken = response.write(Buffer.alloc(64 * 1024));
        if (taken) setImmediate(more);
      };
      more();
      response.once('drain', () => response.end());
    };
    const response = await ask();
    response.pause();
    // Until the server's own buffer is full: nobody takes anything.
    await expect.poll(() => taken).toBe(false);
    response.resume();
    await once(response, 'end');
    expect(response.complete).toBe(true);
  });

  it('reports an answer that breaks off', async () => {
    answer = (response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    };
    const response = await ask();
    await expect(wholeOf(response)).rejects.toThrow('aborted');
    expect(response.complete).toBe(false);
  });
});
