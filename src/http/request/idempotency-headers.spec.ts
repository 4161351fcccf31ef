import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import { decodeBody, decodeQuery } from '../../dialects/native/decode-request.js';
import { noteCaller } from '../../access/caller-of.js';
import { HttpExchange } from './http-exchange.js';
import { readRequestIdentity } from './idempotency-headers.js';

/** What names a request that shares. */
function hashOf(request: ChatRequest): string | undefined {
  const raw = new IncomingMessage(new Socket());
  const requested = { method: 'GET', url: '/', headers: {} };
  noteCaller(requested, { name: 'web' });
  const exchange = new HttpExchange(requested, new ServerResponse(raw));
  return readRequestIdentity(exchange, request, true)?.hash;
}
const fromJson = (json: string) => decodeBody(JSON.parse(json), json);

describe('the name of a request that shares', () => {
  const requested = decodeQuery({ content: 'Hi', model: 'one' });

  it('is the same for a query and a body that say the same, in any order', () => {
    expect(hashOf(fromJson('{"model":"one","content":"Hi"}'))).toBe(hashOf(requested));
    expect(hashOf(fromJson('{"content":"Hi","model":"one"}'))).toBe(hashOf(requested));
  });

  it.each<[string, ChatRequest]>([
    ['model', decodeQuery({ content: 'Hi', model: 'two' })],
    ['text', decodeQuery({ content: 'Ho', model: 'one' })],
    ['temperature', decodeQuery({ content: 'Hi', model: 'one', temperature: '0.7' })],
    ['instruction', decodeQuery({ content: 'Hi', model: 'one', system: 'Be brief' })],
  ])('is another one where the %s is', (_, other) => {
    expect(hashOf(other)).not.toBe(hashOf(requested));
  });
});
