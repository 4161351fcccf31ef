import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Flow } from '../core/flow.js';
import { Exchange } from './exchange.js';
import { FrameWriter } from './frame-writer.js';
import { eventStreamHead } from './stream-head.js';

/** What an `@Sse` handler returns for a stream that goes on. Nest's stream is piped before the handler, or after it. */
function observed(piped: 'before' | 'after') {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/stream' });
  const response = new ServerResponse(request);
  if (piped === 'before') new PassThrough().pipe(response);
  const frames = new Subject<string>();
  const observable = new FrameWriter({ heartbeatMs: 15_000 }).observe(
    new Exchange(request, response),
    { output: frames, flow: new Flow() },
    eventStreamHead({ id: 'st_1' }, true),
  );
  if (piped === 'after') new PassThrough().pipe(response);
  const complete = vi.fn<() => void>();
  const error = vi.fn<() => void>();
  return { response, frames, complete, error, subscribe: () => observable.subscribe({ complete, error }) };
}

describe('observe', () => {
  it('completes when the head is out, and the stream goes on', () => {
    const { response, frames, complete, subscribe } = observed('after');
    subscribe();
    expect([complete.mock.calls.length, response.headersSent, frames.observed]).toEqual([1, true, true]);
    frames.complete();
    expect([response.writableEnded, response.listenerCount('drain')]).toEqual([true, 0]);
  });

  it('lives as long as the stream behind an interceptor, and leaves the end to Nest', () => {
    const { response, frames, complete, subscribe } = observed('before');
    subscribe();
    expect(complete).not.toHaveBeenCalled();
    frames.complete();
    expect([complete.mock.calls.length, response.writableEnded]).toEqual([1, false]);
  });

  it('stops the source when nobody listens any more behind an interceptor', () => {
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
