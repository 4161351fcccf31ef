import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { startWith, Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { HttpExchange, type AdapterRequest } from '../request/http-exchange.js';
import { FrameWriter } from './frame-writer.js';
import { CLOSE_TIMEOUT_MS } from './close-timeout.js';
import { eventStreamHead } from './stream-head.js';

/** What an `@Sse` handler returns for a running stream. Nest's stream is piped before the handler, or after it. */
function observed(piped: 'before' | 'after') {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/stream' });
  const response = new ServerResponse(request);
  if (piped === 'before') new PassThrough().pipe(response);
  const frames = new Subject<string>();
  const observable = new FrameWriter({ heartbeatMs: 15_000 }).observe(
    new HttpExchange(request, response),
    { output: frames, flow: new BackPressure() },
    eventStreamHead({ id: 'st_1' }, true),
  );
  if (piped === 'after') new PassThrough().pipe(response);
  const complete = vi.fn<() => void>();
  const error = vi.fn<() => void>();
  return { response, frames, complete, error, subscribe: () => observable.subscribe({ complete, error }) };
}

describe('observe', () => {
  it.each(['before', 'after'] as const)(
    'lives as long as the stream, and leaves the end to Nest, whose stream is piped %s the handler',
    (piped) => {
      const { response, frames, complete, subscribe } = observed(piped);
      subscribe();
      expect(complete).not.toHaveBeenCalled();
      frames.complete();
      expect([complete.mock.calls.length, response.writableEnded]).toEqual([1, false]);
    },
  );

  it('stops the source when nobody listens any more', () => {
    const { frames, subscribe } = observed('before');
    subscribe().unsubscribe();
    expect(frames.observed).toBe(false);
  });

  it('begins once', () => {
    const { error, subscribe } = observed('after');
    subscribe();
    subscribe();
    expect(error).toHaveBeenCalledOnce();
  });
});

/** A stream that is written to a real client, whose head is out, and the first frames with it. */
async function written(first: readonly string[] = [], flow = new BackPressure()) {
  const server = createServer().listen(0, '127.0.0.1');
  const { port } = (await once(server, 'listening').then(() => server.address())) as AddressInfo;
  const client = fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
  const [request, response] = (await once(server, 'request')) as [
    IncomingMessage & AdapterRequest,
    ServerResponse,
  ];
  const frames = new Subject<string>();
  new FrameWriter({ heartbeatMs: 15_000 }).write(
    new HttpExchange(request, response),
    { output: frames.pipe(startWith(...first)), flow },
    eventStreamHead({ id: 'st_1' }, true),
  );
  const waits = response.writableLength > 0;
  const close = () => server.close().closeAllConnections();
  return { response, waits, frames, flow, client, close };
}

describe('write', () => {
  it('sends the first frames with the head, in their turn', async () => {
    const { waits, frames, client, close } = await written(['data: a\n\n', 'data: b\n\n']);
    expect(waits).toBe(false);
    frames.complete();
    expect(await client).toBe('data: a\n\ndata: b\n\n');
    close();
  });

  it('sends them with the end where that is near', async () => {
    const flow = new BackPressure();
    flow.end();
    const { waits, frames, client, close } = await written(['data: a\n\n'], flow);
    expect(waits).toBe(true);
    frames.complete();
    expect(await client).toBe('data: a\n\n');
    close();
  });

  it('sends a frame in its turn, and the last ones with the end', async () => {
    const { response, frames, flow, client, close } = await written();
    const waiting: boolean[] = [];
    const put = (frame: string) => {
      frames.next(frame);
      waiting.push(response.writableLength > 0);
    };
    put('data: a\n\n');
    put('data: b\n\n');
    flow.end();
    put('data: c\n\n');
    frames.complete();
    expect(waiting).toEqual([false, false, true]);
    expect(await client).toBe('data: a\n\ndata: b\n\ndata: c\n\n');
    close();
  });

  it('sends what its client has missed in one go', async () => {
    const { response, frames, flow, client, close } = await written();
    const missed = ['data: b\n\n', 'data: c\n\n'];
    const waiting: number[] = [];
    flow.add({
      onPauseChange: (paused) => {
        if (paused) return;
        for (const frame of missed) frames.next(frame);
        waiting.push(response.writableLength);
      },
    });
    flow.pause();
    response.emit('drain');
    waiting.push(response.writableLength);
    frames.complete();
    expect(waiting).toEqual([2 * '9\r\ndata: b\n\n\r\n'.length, 0]);
    expect(await client).toBe(missed.join(''));
    close();
  });

  it('waits for its client alone, a minute at most, from its end on', async () => {
    const { response, frames, client, close } = await written(['data: a\n\n']);
    expect(response.socket?.timeout ?? 0).toBe(0);
    frames.complete();
    expect(response.socket?.timeout).toBe(CLOSE_TIMEOUT_MS);
    await client;
    close();
  });

  it('waits for its client alone where the source had ended before', async () => {
    const flow = new BackPressure();
    flow.end();
    const { response, frames, client, close } = await written(['data: a\n\n'], flow);
    expect(response.socket?.timeout).toBe(CLOSE_TIMEOUT_MS);
    frames.complete();
    await client;
    close();
  });
});
