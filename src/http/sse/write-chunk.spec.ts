import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { writeChunkNow, writeChunk } from './write-chunk.js';

/** What a client reads after the head. */
async function bodyOf(handler: RequestListener, version = '1.1'): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET / HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket);
  server.close();
  await once(server, 'close');
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

const frames: fc.Arbitrary<FrameBytes[]> = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'grapheme' }).map((frame) => Buffer.from(frame)),
    fc.constantFrom('x'.repeat(16 * 1024), 'x'.repeat(16 * 1024 + 1), Buffer.alloc(70_000, 'y')),
  ),
  { maxLength: 6 },
);

describe('writeChunk', () => {
  it('writes the same bytes as Node does', () =>
    fc.assert(
      fc.asyncProperty(frames, async (some) => {
        const ours = await bodyOf((_request, response) => {
          response.writeHead(200);
          for (const frame of some) writeChunk(response, frame);
          response.end();
        });
        const nodes = await bodyOf((_request, response) => {
          response.writeHead(200);
          for (const frame of some) response.write(frame);
          response.end();
        });
        expect(ours).toBe(nodes);
      }),
      { numRuns: 60 },
    ));

  it('takes turns with what Node writes itself', async () => {
    const body = await bodyOf((_request, response) => {
      response.writeHead(200);
      writeChunk(response, 'data: ä\n\n');
      response.write('by Node');
      writeChunk(response, Buffer.from('data: b\n\n'));
      response.end('end');
    });
    expect(body).toBe('a\r\ndata: ä\n\n\r\n7\r\nby Node\r\n9\r\ndata: b\n\n\r\n3\r\nend\r\n0\r\n\r\n');
  });

  it('writes bare frames where the answer has no chunks', async () => {
    const body = await bodyOf((_request, response) => {
      response.writeHead(200);
      writeChunk(response, 'data: a\n\n');
      response.end();
    }, '1.0');
    expect(body).toBe('data: a\n\n');
  });

  it('gives the frame itself to a write that somebody has replaced', async () => {
    const write = vi.fn<() => boolean>(() => true);
    const body = await bodyOf((_request, response) => {
      response.writeHead(200);
      response.write = write;
      writeChunk(response, 'data: a\n\n');
      response.end();
    });
    expect(write).toHaveBeenCalledExactlyOnceWith('data: a\n\n');
    expect(body).toBe('0\r\n\r\n');
  });

  it('says that the client is slower, and drains', async () => {
    const taken: boolean[] = [];
    const body = await bodyOf((_request, response) => {
      response.writeHead(200);
      while (taken.at(-1) !== false) taken.push(writeChunk(response, 'x'.repeat(10_000)));
      response.once('drain', () => response.end());
    });
    expect(taken.filter((isTaken) => !isTaken)).toHaveLength(1);
    expect(body.match(/x/g)).toHaveLength(taken.length * 10_000);
  });
});

describe('writeChunkNow', () => {
  it('sends the same bytes as Node does, in turns with what is written', () =>
    fc.assert(
      fc.asyncProperty(frames, async (some) => {
        const ours = await bodyOf((_request, response) => {
          response.writeHead(200).flushHeaders();
          for (const [at, frame] of some.entries())
            (at % 3 === 2 ? writeChunk : writeChunkNow)(response, frame);
          response.end('end');
        });
        const nodes = await bodyOf((_request, response) => {
          response.writeHead(200);
          for (const frame of some) response.write(frame);
          response.end('end');
        });
        expect(ours).toBe(nodes);
      }),
      { numRuns: 60 },
    ));

  it('gives a frame to the kernel at once, where what is written waits for the next tick', async () => {
    const waiting: number[] = [];
    await bodyOf((_request, response) => {
      response.writeHead(200).flushHeaders();
      writeChunkNow(response, 'data: a\n\n');
      waiting.push(response.writableLength);
      writeChunk(response, 'data: b\n\n');
      waiting.push(response.writableLength);
      response.end();
    });
    expect(waiting).toEqual([0, 'data: b\n\n'.length + '9\r\n\r\n'.length]);
  });

  it('says that the client is slower, and drains', async () => {
    const taken: boolean[] = [];
    const body = await bodyOf((_request, response) => {
      response.writeHead(200).flushHeaders();
      while (taken.at(-1) !== false) taken.push(writeChunkNow(response, 'x'.repeat(10_000)));
      response.once('drain', () => response.end());
    });
    expect(taken.filter((isTaken) => !isTaken)).toHaveLength(1);
    expect(body.match(/x/g)).toHaveLength(taken.length * 10_000);
  });

  it('puts nothing behind the end that somebody else has given the answer', async () => {
    const body = await bodyOf((_request, response) => {
      response.on('error', () => undefined);
      response.writeHead(200).flushHeaders();
      response.end('end');
      writeChunkNow(response, 'data: a\n\n');
    });
    expect(body).toBe('3\r\nend\r\n0\r\n\r\n');
  });

  it('gives the frame itself to a write that somebody has replaced', async () => {
    const write = vi.fn<() => boolean>(() => true);
    await bodyOf((_request, response) => {
      response.writeHead(200).flushHeaders();
      response.write = write;
      writeChunkNow(response, 'data: a\n\n');
      response.end();
    });
    expect(write).toHaveBeenCalledExactlyOnceWith('data: a\n\n');
  });

  it('keeps its turn behind an answer that the same client has asked for before', async () => {
    const responses: ServerResponse[] = [];
    const server = createServer((_request, response) => responses.push(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    await expect.poll(() => responses.length).toBe(2);
    for (const [at, response] of responses.toReversed().entries()) {
      response.writeHead(200).flushHeaders();
      writeChunkNow(response, `data: ${2 - at}\n\n`);
    }
    for (const response of responses) response.end();
    const answer = await text(socket);
    expect(answer.match(/data: \d/g)).toEqual(['data: 1', 'data: 2']);
    server.close();
    await once(server, 'close');
  });
});
