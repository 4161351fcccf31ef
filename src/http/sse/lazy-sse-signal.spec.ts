import { SSE_ABORT_CONTROLLER } from '@nestjs/common';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { attachSseSignal } from './lazy-sse-signal.js';

/** A request as Fastify gives it, and the controller that Nest finds on it. */
function attached() {
  const raw = new IncomingMessage(new Socket());
  const request = { method: 'GET', url: '/stream', headers: {}, raw };
  attachSseSignal(request);
  const controller: unknown = Reflect.get(raw, SSE_ABORT_CONTROLLER);
  return { request, controller: controller as AbortController };
}

describe('attachSseSignal', () => {
  it('gives both requests the same controller', () => {
    const { request, controller } = attached();
    expect(Reflect.get(request, SSE_ABORT_CONTROLLER)).toBe(controller);
  });

  it('gives a request that is the raw one a controller too', () => {
    const request = new IncomingMessage(new Socket());
    attachSseSignal(Object.assign(request, { method: 'GET', url: '/stream' }));
    expect(Reflect.get(request, SSE_ABORT_CONTROLLER)).toBeDefined();
  });

  it('has a signal that is aborted with the controller', () => {
    const { controller } = attached();
    const { signal } = controller;
    const onAbort = vi.fn<() => void>();
    signal.addEventListener('abort', onAbort);
    expect(signal.aborted).toBe(false);
    controller.abort('over');
    controller.abort('again');
    expect(onAbort).toHaveBeenCalledOnce();
    expect([controller.signal, signal.reason]).toEqual([signal, 'over']);
  });

  it('has an aborted signal for who asks after the end, as Node’s would be', () => {
    const { controller } = attached();
    controller.abort();
    expect(controller.signal.aborted).toBe(true);
    expect(controller.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it('keeps the first reason, asked for or not', () => {
    const { controller } = attached();
    controller.abort('first');
    controller.abort('second');
    expect(controller.signal.reason).toBe('first');
  });
});
