import { describe, expect, it } from 'vitest';
import { ignores, streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { chat, optionsFor } from '../support/options.js';
import { RawClient } from '../support/raw-client.js';

describe.each(hostKinds)('a client that half-closes on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  describe.each([
    ...formats,
    {
      name: 'a whole answer',
      question: { path: '/v1/chat/completions', body: chat('Hi', { stream: false }) },
    },
  ])('in $name', ({ question }) => {
    it('is taken for one that left, before the upstream has answered', async () => {
      const { upstream, host } = suite;
      const seen = host.ended.length;
      upstream.next(ignores());
      const asked = upstream.nextRequest();
      const end = host.nextEnd();
      const client = await RawClient.ask(host.url, question);
      const request = await asked;
      client.halfClose();
      expect(await request.closed).toMatchObject({ complete: false });
      expect((await end).outcome).toBe('client-gone');
      await client.closed;
      expect(client.complete).toBe(false);
      expect(host.ended).toHaveLength(seen + 1);
      expect(host.open()).toBe(0);
    });
  });

  describe.each(formats)('in $name', ({ question }) => {
    it('is taken for one that left, in the middle, and never for one that has the whole answer', async () => {
      const { upstream, host } = suite;
      const seen = host.ended.length;
      upstream.next(streams('one', ' two', ' three').after(2).thenStalls());
      const end = host.nextEnd();
      const client = await RawClient.ask(host.url, question);
      await client.until('two');
      client.halfClose();
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect((await end).outcome).toBe('client-gone');
      await client.closed;
      expect(client.complete).toBe(false);
      expect(client.received).not.toMatch(/event: done|\[DONE\]/);
      expect(host.ended).toHaveLength(seen + 1);
      expect(host.open()).toBe(0);
    });

    it('keeps the whole answer that it has when it half-closes after it', async () => {
      const { upstream, host } = suite;
      const seen = host.ended.length;
      upstream.next(streams('one', ' two'));
      const end = host.nextEnd();
      const client = await RawClient.ask(host.url, question);
      await client.until('\r\n0\r\n\r\n');
      client.halfClose();
      await client.closed;
      expect((await end).outcome).toBe('finished');
      expect(host.ended).toHaveLength(seen + 1);
      expect(host.open()).toBe(0);
    });
  });
});
