import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SharePolicy } from '../../resumable/idempotency/request-identity.js';
import { HttpExchange } from './http-exchange.js';
import { readShare } from './share-header.js';

function read(byDefault: boolean, headers: Record<string, string>): SharePolicy | undefined {
  const message = new IncomingMessage(new Socket());
  const request = { method: 'POST', url: '/stream', headers };
  return readShare(new HttpExchange(request, new ServerResponse(message)), byDefault);
}

describe('readShare', () => {
  it.each([
    [true, undefined, 'use'],
    [false, undefined, undefined],
    [false, 'true', 'use'],
    [true, 'false', undefined],
  ])('takes the request’s word over its route’s (%s, %s)', (byDefault, requested, share) => {
    expect(read(byDefault, requested === undefined ? {} : { 'x-sluice-share': requested })).toBe(share);
  });

  it.each([
    ['no-store', undefined],
    ['no-cache, no-store', undefined],
    ['No-Store', undefined],
    ['no-cache', 'use'],
    ['max-age=60', 'use'],
    ['x-no-store', 'use'],
  ])('reads Cache-Control: %s', (control, share) => {
    expect(read(true, { 'cache-control': control })).toBe(share);
  });

  it.each([
    ['no-cache', 'renew'],
    ['max-age=0 ,  NO-CACHE', 'renew'],
    ['no-cache, no-store', undefined],
  ])('reads Cache-Control: %s beside x-sluice-share', (control, share) => {
    expect(read(false, { 'x-sluice-share': 'true', 'cache-control': control })).toBe(share);
  });

  it('does not share for a Cache-Control alone', () => {
    expect(read(false, { 'cache-control': 'no-cache' })).toBeUndefined();
  });

  it.each(['yes', 'TRUE', '1', 'true, false'])('refuses %j', (requested) => {
    expect(() => read(true, { 'x-sluice-share': requested })).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        message: 'x-sluice-share must be true or false',
      }),
    );
  });
});
