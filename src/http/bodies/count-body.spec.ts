import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BodyBudget } from './body-budget.js';
import { countBody, holdBodyOf } from './count-body.js';

describe('a body that is counted', () => {
  let budget: BodyBudget;
  let request: IncomingMessage;
  let response: ServerResponse;
  beforeEach(() => {
    budget = new BodyBudget({ maxBytes: 150, maxBytesPerCaller: 100 });
    request = new IncomingMessage(new Socket());
    response = new ServerResponse(request);
    countBody({ request, response, caller: 'one' }, budget);
    request.emit('data', Buffer.alloc(60));
  });

  it('counts until its response is over', () => {
    expect(budget.bytes).toBe(60);
    response.emit('close');
    expect(budget.bytes).toBe(0);
  });

  it('counts as long as somebody holds it, and is given back once', () => {
    const [first, second] = [holdBodyOf({ raw: request })?.(), holdBodyOf({ raw: request })?.()];
    response.emit('close');
    first?.();
    first?.();
    expect(budget.bytes).toBe(60);
    second?.();
    expect(budget.bytes).toBe(0);
  });

  it('counts again for one who holds it later', () => {
    response.emit('close');
    const release = holdBodyOf({ raw: request })?.();
    expect(budget.bytes).toBe(60);
    release?.();
    expect(budget.bytes).toBe(0);
  });

  it('is refused with the chunk that does not fit, which does not count', () => {
    const onError = vi.fn<(error: unknown) => void>();
    request.on('error', onError);
    request.emit('data', Buffer.alloc(60));
    request.emit('data', Buffer.alloc(60));
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'rate-limited' }));
    expect(budget.bytes).toBe(60);
  });

  it('is not held where nobody counts it', () => {
    expect(holdBodyOf({})).toBeUndefined();
  });
});
