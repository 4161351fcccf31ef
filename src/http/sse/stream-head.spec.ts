import { describe, expect, it } from 'vitest';
import { eventStreamHead, plainTextHead, streamInfoHeaders } from './stream-head.js';

const STAYS = true;
const ENDS = false;
const served = { id: 's', target: 'main/gpt', attempts: 2 };
const SERVED = { 'x-sluice-stream': 's', 'x-sluice-target': 'main/gpt', 'x-sluice-attempts': '2' };
const UNBUFFERED = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };

describe('eventStreamHead', () => {
  it('keeps caches, compression and proxy buffers away', () => {
    expect(eventStreamHead(served, STAYS).headers).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      connection: 'keep-alive',
      ...UNBUFFERED,
      ...SERVED,
    });
  });

  it('has no connection header where the connection ends with the answer', () => {
    expect(eventStreamHead(served, ENDS).headers).not.toHaveProperty('connection');
    expect(plainTextHead(served, ENDS).headers).not.toHaveProperty('connection');
  });

  it('passes other headers on but lets none of them replace its own', () => {
    const { headers } = eventStreamHead(served, STAYS, { 'x-request-id': 'r', 'content-type': 'text/html' });
    expect(headers).toMatchObject({
      'x-request-id': 'r',
      'content-type': 'text/event-stream; charset=utf-8',
    });
  });

  it('beats with one comment line, which fires no empty message', () => {
    expect(eventStreamHead(served, STAYS).heartbeat).toBe(': ping\n');
  });
});

describe('plainTextHead', () => {
  it('is shown by browsers as it comes, and has no room for a heartbeat', () => {
    expect(plainTextHead(served, STAYS)).toEqual({
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        connection: 'keep-alive',
        ...UNBUFFERED,
        ...SERVED,
      },
      heartbeat: undefined,
    });
  });
});

describe('streamInfoHeaders', () => {
  it('names no target where no upstream was asked', () => {
    expect(streamInfoHeaders({ id: 's' })).toEqual({ 'x-sluice-stream': 's' });
  });

  it('tells how a request that shares came to its answer', () => {
    const id = { 'x-sluice-stream': 's' };
    expect(streamInfoHeaders({ id: 's', cache: { status: 'miss' } })).toEqual({
      ...id,
      'x-sluice-cache': 'miss',
    });
    expect(streamInfoHeaders({ id: 's', cache: { status: 'hit', ageSeconds: 0 } })).toEqual({
      ...id,
      'x-sluice-cache': 'hit',
      age: '0',
    });
  });

  it('prints a model name that no header could carry', () => {
    const name = streamInfoHeaders({ id: 's', target: 'main/qwen:8b\r\nx-evil: 1 世' })['x-sluice-target'];
    expect(name).toBe('main/qwen:8b%0D%0Ax-evil:%201%20%E4%B8%96');
  });

  it('prints half a surrogate pair as the character that stands for what is none', () => {
    expect(streamInfoHeaders({ id: 's', target: 'main/\ud800' })['x-sluice-target']).toBe('main/%EF%BF%BD');
  });
});
