import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import { asksForUsage, encodeRequest } from './encode-request.js';

const messages = [{ role: 'user', content: 'Hi' }];

const from = (body: Record<string, unknown>): ChatRequest => ({
  messages,
  source: { dialect: 'openai-chat', body: { messages, ...body } },
});

describe('encodeRequest', () => {
  it('passes the body of a caller of this dialect on, under the model of the target', () => {
    const request = from({ model: 'public', vendor: { deep: 1 }, temperature: 0 });
    expect(encodeRequest(request, 'theirs', false)).toEqual({
      messages,
      model: 'theirs',
      vendor: { deep: 1 },
      temperature: 0,
    });
  });

  it('builds a body of the parameters of other callers', () => {
    const request: ChatRequest = { model: 'public', messages, parameters: { temperature: 0.7 } };
    expect(encodeRequest(request, 'theirs', false)).toEqual({ messages, model: 'theirs', temperature: 0.7 });
  });

  it.each([[{}], [{ stream_options: null }], [{ stream_options: { include_usage: false } }]])(
    'asks for the usage of a stream whatever the caller says: %j',
    (options) => {
      expect(encodeRequest(from({ stream: true, ...options }), 'm', true)).toEqual({
        messages,
        model: 'm',
        stream: true,
        stream_options: { include_usage: true },
      });
    },
  );

  it('keeps the other stream options', () => {
    const request = from({ stream_options: { include_obfuscation: false } });
    expect(encodeRequest(request, 'm', true)).toMatchObject({
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });

  it('changes nothing in the body of the caller', () => {
    const request = from({ model: 'public', stream_options: { include_usage: false } });
    const before = structuredClone(request);
    encodeRequest(request, 'theirs', true);
    expect(request).toEqual(before);
  });
});

describe('asksForUsage', () => {
  it('is true only for callers that ask for it', () => {
    expect(asksForUsage(from({ stream_options: { include_usage: true } }))).toBe(true);
    expect(asksForUsage(from({ stream_options: { include_usage: false } }))).toBe(false);
    expect(asksForUsage(from({ stream_options: null }))).toBe(false);
    expect(asksForUsage(from({}))).toBe(false);
    expect(asksForUsage({ messages })).toBe(false);
  });
});
