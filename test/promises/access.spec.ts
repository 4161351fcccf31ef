import { describe, expect, it } from 'vitest';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask, type Question } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

const KEY = 'caller-key-1';

/** What a browser says of where a page stands. */
const foreign: readonly { readonly name: string; readonly headers: Record<string, string> }[] = [
  { name: 'a link or an image', headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
  {
    name: 'a page on another port',
    headers: { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
  },
  { name: 'a script of another origin', headers: { origin: 'https://evil.example' } },
  { name: 'a sandboxed frame', headers: { origin: 'null' } },
];

const own: readonly { readonly name: string; readonly headers: Record<string, string> }[] = [
  { name: 'no browser', headers: {} },
  { name: 'the address bar', headers: { 'sec-fetch-site': 'none' } },
  { name: 'a page of the same origin', headers: { 'sec-fetch-site': 'same-origin' } },
  {
    name: 'an origin that is configured',
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' },
  },
];

describe.each(hostKinds)('callers without a key on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, {}, { corsOrigins: ['https://app.example'] }),
  }));

  const send = (
    { path, headers, body }: Question & { readonly path: string },
    more: Record<string, string>,
  ) => ask(suite.host.url + path, { headers: { ...headers, ...more }, body });

  describe.each(formats)('in $name', ({ question: body }) => {
    it.each(foreign)('cannot be spent for by $name', async ({ headers }) => {
      const answer = await send(body, headers);
      expect(answer.status).toBe(403);
      await answer.over;
      expect(suite.upstream.requests).toHaveLength(0);
    });

    it.each(own)('are served from $name', async ({ headers }) => {
      const answer = await send(body, headers);
      expect(answer.status).toBe(200);
      await answer.over;
    });
  });
});

describe.each(hostKinds)('callers with a key on $name', (kind) => {
  const callers = [{ name: 'web', key: KEY }];
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, {}, { callers }) }));
  const send = (headers: Record<string, string>) => ask(`${suite.host.url}/stream?content=Hi`, { headers });

  it.each([{ authorization: `Bearer ${KEY}` }, { authorization: `bearer ${KEY}` }, { 'x-api-key': KEY }])(
    'are let in by %o, from any page',
    async (headers) => {
      const answer = await send({ ...headers, origin: 'https://other.example' });
      expect(answer.status).toBe(200);
      await answer.over;
    },
  );

  it.each([{}, { authorization: KEY }, { authorization: 'Bearer caller-key-2' }, { 'x-api-key': 'caller' }])(
    'are refused with %o, and are not told why',
    async (headers) => {
      const answer = await send(headers);
      expect(answer.status).toBe(401);
      expect(await answer.text()).toBe(
        '{"code":"unauthorized","message":"Send a valid key: Authorization: Bearer …, or x-api-key","retryable":false}',
      );
    },
  );
});
