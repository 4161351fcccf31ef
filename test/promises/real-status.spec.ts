import { describe, expect, it } from 'vitest';
import { ignores, refuses, resets, streams, type Scripting } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, refusedOptionsFor } from '../support/options.js';

interface Refusal {
  readonly upstream: number;
  readonly status: number;
  readonly retry: boolean;
}

/** What the upstream answers, and what the caller must see. */
const refusals: readonly Refusal[] = [
  { upstream: 400, status: 400, retry: false },
  { upstream: 401, status: 401, retry: false },
  { upstream: 403, status: 403, retry: false },
  { upstream: 404, status: 404, retry: false },
  { upstream: 408, status: 408, retry: true },
  { upstream: 409, status: 409, retry: true },
  { upstream: 413, status: 413, retry: false },
  { upstream: 422, status: 422, retry: false },
  { upstream: 429, status: 429, retry: true },
  { upstream: 500, status: 502, retry: true },
  { upstream: 502, status: 502, retry: true },
  { upstream: 503, status: 503, retry: true },
  { upstream: 504, status: 504, retry: true },
  { upstream: 529, status: 503, retry: true },
  { upstream: 302, status: 502, retry: true },
];

/** What happens in place of a status, and what the caller must see. */
const faults: readonly { readonly name: string; readonly script: Scripting; readonly status: number }[] = [
  { name: 'a reset connection', script: resets(), status: 502 },
  { name: 'no headers', script: ignores(), status: 504 },
  { name: 'no first token', script: streams('one').after(0).thenStalls(), status: 504 },
  { name: 'an error inside the 200', script: streams('one').after(0).thenFails(), status: 502 },
  { name: 'an end before any content', script: streams('one').after(0).thenCloses(), status: 502 },
  { name: 'a cut before any content', script: streams('one').after(0).thenCuts(), status: 502 },
];

describe.each(hostKinds)('a real status on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: refusedOptionsFor(baseUrl, { headersTimeoutMs: 600, firstTokenTimeoutMs: 900 }),
  }));

  describe.each(formats)('in $name', (format) => {
    it.each(refusals)('is $status for an upstream’s $upstream', async ({ upstream: status, ...expected }) => {
      const { upstream, host } = suite;
      upstream.next(refuses(status, { headers: { 'retry-after': '3' } }));
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(expected.status);
      expect(answer.headers['x-should-retry']).toBe(String(expected.retry));
      expect(answer.headers['retry-after']).toBe([401, 403].includes(status) ? undefined : '3');
      expect(await answer.text()).not.toContain('event:');
      expect(host.open()).toBe(0);
    });

    it.each(faults)('is $status for $name', async ({ script, status }) => {
      const { upstream, host } = suite;
      upstream.next(script);
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(status);
      expect(answer.headers['x-should-retry']).toBe('true');
      await answer.over;
      expect(host.open()).toBe(0);
    });
  });

  it('keeps the provider’s own error object for callers of its dialect', async () => {
    const { upstream, host } = suite;
    const error = {
      message: 'max_tokens is too large',
      type: 'invalid_request_error',
      param: 'max_tokens',
      code: 'too_large',
      doc: 'x',
    };
    upstream.next(refuses(400, { body: { error } }));
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
    expect(await answer.json()).toEqual({ error });
  });

  it.each([
    { name: 'no messages', body: {} },
    { name: 'messages of a wrong type', body: { messages: 'Hi' } },
    { name: 'an empty conversation', body: { messages: [] } },
  ])('is 400 for $name, in OpenAI’s shape and without a word of the request', async ({ body }) => {
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, { body });
    expect(answer.status).toBe(400);
    const textSoFar = await answer.text();
    expect(JSON.parse(textSoFar)).toMatchObject({
      error: { type: 'invalid_request_error', code: 'invalid_request' },
    });
    expect(textSoFar).not.toContain('Hi');
    expect(suite.upstream.requests).toHaveLength(0);
  });

  it('refuses HEAD without asking a model', async () => {
    const answer = await ask(`${suite.host.url}/stream?content=Hi`, { method: 'HEAD' });
    expect(answer.status).toBe(405);
    await answer.over;
    expect(suite.upstream.requests).toHaveLength(0);
  });
});
