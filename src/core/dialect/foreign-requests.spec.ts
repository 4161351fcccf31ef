import { describe, expect, it } from 'vitest';
import { builtInDialects } from '../../dialects/index.js';
import { tiny } from '../../../test/support/tiny-dialect.js';
import type { ChatRequest } from '../chat-request.js';
import type { UpstreamDialect } from './upstream-dialect.js';
import { DialectRegistry } from './dialect-registry.js';

const TARGET = { model: 'm', streaming: false, streamUsage: true, defaultTemperature: 0.5 };
const PARTIAL = { text: 'one', tokens: 1, isPlainText: true, head: {} };

const dialects = new DialectRegistry([...builtInDialects, tiny]);
const openai = dialects.upstream('openai-chat');
const encode = (request: ChatRequest, name = 'openai-chat'): unknown =>
  JSON.parse(dialects.upstream(name).encodeRequest(request, TARGET));
const requested = (dialect: string, body: Record<string, unknown>): ChatRequest => ({
  model: 'r',
  source: { dialect, body },
});

describe('an upstream dialect of a registry', () => {
  it('is given requests of its own dialect as they are', () => {
    const body = { messages: [{ role: 'user', content: 'Hi', vendor: 1 }], vendor: 2 };
    expect(encode(requested('openai-chat', body))).toEqual({ ...body, model: 'm' });
    expect(encode(requested('tiny', { ask: 'Hi', vendor: 2 }), 'tiny')).toEqual({ ask: 'Hi', vendor: 2 });
  });

  it('is given the messages of requests in other words', () => {
    expect(encode(requested('tiny', { ask: 'Hi', n: 5 }))).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect(encode(requested('openai-chat', { messages: [{ role: 'user', content: 'Hi' }] }), 'tiny')).toEqual(
      {
        ask: ['Hi'],
      },
    );
    expect(openai.choicesOf?.(requested('tiny', { ask: 'Hi', n: 5 }))).toBe(1);
  });

  it('knows whether the caller leaves the temperature, whatever the words', () => {
    const request = { ...requested('tiny', { ask: 'Hi' }), leavesTemperature: true };
    expect(encode(request)).toMatchObject({ temperature: 0.5 });
  });

  it('refuses what cannot be said in its words', () => {
    const messages = [{ role: 'function', name: 'f', content: 'x' }];
    const refusal = expect.objectContaining({ code: 'invalid-request' });
    expect(() => encode(requested('openai-chat', { messages }), 'tiny')).toThrow(refusal);
    expect(() => encode(requested('unknown', {}))).toThrow(refusal);
  });

  it('continues an answer to a request in other words, and none to one that it cannot say', () => {
    const { continuation } = openai;
    const request = requested('tiny', { ask: 'Hi' });
    expect(continuation?.mayContinue(request)).toBe(true);
    expect(continuation?.requestFor(request, PARTIAL)?.source?.body).toEqual({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'one' },
      ],
    });
    expect(continuation?.mayContinue(requested('unknown', {}))).toBe(false);
    expect(continuation?.requestFor(requested('unknown', {}), PARTIAL)).toBeUndefined();
  });

  it('may have its members from a class', () => {
    const inherited = Object.create(tiny.upstream ?? openai) as UpstreamDialect;
    const registry = new DialectRegistry([{ name: 'tiny', upstream: inherited }]);
    const parts = registry.upstream('tiny').decoder().decode({ data: '{"t":"x"}', name: undefined });
    expect(parts).toEqual({ parts: [{ type: 'text-delta', choice: 0, text: 'x' }], done: false });
  });
});
