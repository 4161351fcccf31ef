import { describe, expect, it } from 'vitest';
import { serializeTakeoverRequest, parseTakeoverRequest, type TakeoverRequest } from './takeover-request.js';

const WILL: TakeoverRequest = {
  request: {
    model: 'r',
    messages: [{ role: 'user', content: 'ä🙂' }],
    source: { dialect: 'openai-chat', body: { max_tokens: 5, vendor: [1] } },
  },
  caller: { name: 'web', tenant: 'acme' },
  graceSeconds: 30,
  detached: false,
};

describe('a will', () => {
  it('is read as it was printed', () => {
    expect(parseTakeoverRequest(serializeTakeoverRequest(WILL))).toEqual(WILL);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['without messages', JSON.stringify({ ...WILL, request: {} })],
    ['without a caller', JSON.stringify({ ...WILL, caller: {} })],
    ['without a grace', JSON.stringify({ ...WILL, graceSeconds: null })],
    ['that does not say whether it needs readers', JSON.stringify({ ...WILL, detached: undefined })],
  ])('is none that is %s', (_, text) => {
    expect(parseTakeoverRequest(text)).toBeUndefined();
  });
});
