import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { StreamResumption } from '../request/stream-resumption.js';
import type { RelayService } from '../../relay/relay.service.js';
import type { OpenedStream, StreamOpener } from '../request/stream-opener.js';
import { HttpExchange } from '../request/http-exchange.js';
import { NativeStreams } from './native-streams.js';

/** Streams that are open at once. */
function openStreams() {
  const source = { output: EMPTY, flow: new BackPressure() };
  const opened: OpenedStream = { source, served: { id: 's', target: undefined, attempts: 0, headers: {} } };
  const requested = { open: async () => opened } as unknown as StreamOpener;
  return new NativeStreams({} as RelayService, {} as StreamResumption, requested);
}

function anExchange(): HttpExchange {
  const raw = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/stream' });
  return new HttpExchange(Object.assign(raw, { query: { content: 'Hi' } }), new ServerResponse(raw));
}

describe('take', () => {
  it('gives a stream once', async () => {
    const streams = openStreams();
    const exchange = anExchange();
    await streams.open(exchange);
    expect(streams.take(exchange.request).exchange).toBe(exchange);
    expect(() => streams.take(exchange.request)).toThrow('its stream was taken');
  });

  it('gives nothing where the guard did not run', () => {
    expect(() => openStreams().take(anExchange().request)).toThrow('guard did not run');
  });
});
