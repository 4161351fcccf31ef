import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpExchange } from '../request/http-exchange.js';
import { wantsPlainText } from './wants-plain-text.js';

function asks(accept: string | undefined): boolean {
  const message = new IncomingMessage(new Socket());
  const request = { method: 'GET', url: '/stream', headers: { accept } };
  return wantsPlainText(new HttpExchange(request, new ServerResponse(message)));
}

describe('wantsPlainText', () => {
  it.each(['text/plain', 'text/plain; charset=utf-8', 'text/html,application/xhtml+xml,*/*;q=0.8'])(
    'is true for %s',
    (accept) => {
      expect(asks(accept)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'text/event-stream',
    'text/plain, text/event-stream',
    'application/json',
  ])('is false for %s', (accept) => {
    expect(asks(accept)).toBe(false);
  });
});
