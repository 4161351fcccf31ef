import { describe, expect, it } from 'vitest';
import { decodeRequest } from './decode-request.js';

const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }], vendor: 1 }];

describe('decodeRequest', () => {
  it('keeps the whole body, unknown fields included', () => {
    const body = {
      model: 'm',
      messages,
      stream: true,
      vendor: { deep: [1, null] },
      stream_options: { a: 1 },
    };
    expect(decodeRequest(body)).toEqual({
      request: { model: 'm', source: { dialect: 'openai-chat', body } },
      streaming: true,
    });
  });

  it.each([[{}], [{ stream: false }], [{ stream: null }]])('streams nothing for %j', (fields) => {
    expect(decodeRequest({ messages, ...fields }).streaming).toBe(false);
  });

  it('takes a request without a model: there may be a default route', () => {
    expect(decodeRequest({ messages }).request.model).toBeUndefined();
  });

  it.each([
    { stream_options: null, n: null },
    { stream_options: { include_usage: null }, n: 3 },
  ])('takes %j', (fields) => {
    expect(decodeRequest({ messages, ...fields }).request.source?.body).toMatchObject(fields);
  });

  it.each<[string, unknown]>([
    ['body', undefined],
    ['body', 'text'],
    ['messages', { model: 'm' }],
    ['messages', { messages: [] }],
    ['messages.0.role', { messages: [{ content: 'Hi' }] }],
    ['model', { messages, model: '' }],
    ['stream', { messages, stream: 'true' }],
    ['stream_options.include_usage', { messages, stream_options: { include_usage: 'yes' } }],
    ['n', { messages, n: 0 }],
    ['n', { messages, n: 1.5 }],
  ])('names %s as wrong', (field, body) => {
    const message = expect.stringContaining(`: ${field}: `);
    expect(() => decodeRequest(body)).toThrow(expect.objectContaining({ code: 'invalid-request', message }));
  });
});
