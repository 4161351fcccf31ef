import { describe, expect, it } from 'vitest';
import { replays, streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

describe.each(hostKinds)('bounds on $name', (kind) => {
  const limits = { maxEventBytes: 10_000, maxEventsPerStream: 20, maxStreams: 2 };
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, {}, { limits }) }));

  it.each(formats)('ends a stream whose event is too large, in $name', async (format) => {
    suite.upstream.next(streams('small', 'x'.repeat(500_000)));
    const end = suite.host.nextEnd();
    const answer = await format.ask(suite.host.url);
    expect(await format.tellsFailure(answer)).toBe(true);
    expect((await end).outcome).toBe('upstream-error');
  });

  it.each(formats)('ends a stream of too many events, in $name', async (format) => {
    suite.upstream.next(streams(...Array.from({ length: 40 }, () => 'a')));
    const end = suite.host.nextEnd();
    const answer = await format.ask(suite.host.url);
    await answer.over;
    expect(await end).toMatchObject({ outcome: 'upstream-error' });
    expect(suite.host.open()).toBe(0);
  });

  it.each(formats)(
    'holds no more bytes than one event may have before the first content, in $name',
    async (format) => {
      const silent = { choices: [{ index: 0, delta: { role: 'assistant' } }], padding: 'x'.repeat(4_000) };
      suite.upstream.next(replays(Buffer.from(`data: ${JSON.stringify(silent)}\n\n`.repeat(3)), 1_000));
      const end = suite.host.nextEnd();
      const answer = await format.ask(suite.host.url);
      await answer.over;
      expect(answer.status).toBe(502);
      expect((await end).error?.message).toContain('more than 10000 bytes before any content');
    },
  );

  it('refuses a whole answer that is too large', async () => {
    suite.upstream.next(replays(Buffer.from(`{"choices":[],"x":"${'x'.repeat(50_000)}"}`)));
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, {
      body: chat('Hi', { stream: false }),
    });
    expect(answer.status).toBe(502);
  });

  it('refuses one stream more than there is room for, and has room again when one has left', async () => {
    const { upstream, host } = suite;
    upstream.answers(streams('one two').after(1).thenStalls());
    const first = await ask(`${host.url}/stream?content=1`);
    await ask(`${host.url}/stream?content=2`);
    const refused = await ask(`${host.url}/stream?content=3`);
    expect(refused.status).toBe(503);
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'x-should-retry': 'true' });
    const end = host.nextEnd();
    first.leave();
    await end;
    const admitted = await ask(`${host.url}/stream?content=4`);
    expect(admitted.status).toBe(200);
  });
});
