import { describe, expect, it } from 'vitest';
import { serializeTakeoverRequest, parseTakeoverRequest, type TakeoverRequest } from './takeover-request.js';

const TAKEOVER_REQUEST: TakeoverRequest = {
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
    expect(parseTakeoverRequest(serializeTakeoverRequest(TAKEOVER_REQUEST))).toEqual(TAKEOVER_REQUEST);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['without messages', JSON.stringify({ ...TAKEOVER_REQUEST, request: {} })],
    ['without a caller', JSON.stringify({ ...TAKEOVER_REQUEST, caller: {} })],
    ['without a grace', JSON.stringify({ ...TAKEOVER_REQUEST, graceSeconds: null })],
    [
      'that does not say whether it needs readers',
      JSON.stringify({ ...TAKEOVER_REQUEST, detached: undefined }),
    ],
  ])('is none that is %s', (_, text) => {
    expect(parseTakeoverRequest(text)).toBeUndefined();
  });
});
