import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { StreamResumption } from '../request/stream-resumption.js';
import type { RelayService } from '../../relay/relay.service.js';
import type { OpenedStream, StreamOpener } from '../request/stream-opener.js';
import { HttpExchange } from '../request/http-exchange.js';
import { NativeStreams } from './native-streams.js';

/** Streams whose upstream never answers. */
function waitingStreams() {
  const asked = { open: () => new Promise<OpenedStream>(() => undefined) } as unknown as StreamOpener;
  return new NativeStreams({} as RelayService, {} as StreamResumption, asked);
}

function anExchange(): HttpExchange {
  const raw = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/stream' });
  return new HttpExchange(Object.assign(raw, { query: { content: 'Hi' } }), new ServerResponse(raw));
}

/** Opens a stream for a handler; whether the handler may run before the stream has a head. */
async function mayRun(streams: NativeStreams, exchange: HttpExchange, route: object): Promise<boolean> {
  const ready = vi.fn<() => void>();
  void streams.open(exchange, route).then(ready);
  await new Promise(setImmediate);
  return ready.mock.calls.length > 0;
}

/** A request on a route comes to its handler, where Nest has piped its stream before, or has yet to. */
async function handled(streams: NativeStreams, route: object, piped: 'before' | 'after') {
  const exchange = anExchange();
  const ran = await mayRun(streams, exchange, route);
  if (piped === 'before') new PassThrough().pipe(exchange.response);
  void streams.take(exchange.request);
  return ran;
}

describe('open', () => {
  it('lets a handler wait for its stream where the last one ran before Nest sent anything', async () => {
    const streams = waitingStreams();
    const [route, other] = [{}, {}];
    expect(await handled(streams, route, 'after')).toBe(false);
    expect(await handled(streams, route, 'after')).toBe(true);
    expect(await handled(streams, other, 'after')).toBe(false);
  });

  it('waits for the head itself behind an interceptor', async () => {
    const streams = waitingStreams();
    const route = {};
    expect(await handled(streams, route, 'before')).toBe(false);
    expect(await handled(streams, route, 'before')).toBe(false);
  });
});

describe('take', () => {
  it('gives a stream once', async () => {
    const streams = waitingStreams();
    const exchange = anExchange();
    await mayRun(streams, exchange, {});
    void streams.take(exchange.request);
    expect(() => streams.take(exchange.request)).toThrow('its stream was taken');
  });
});
