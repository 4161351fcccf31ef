import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const TOTAL_MS = 300;

/** Upstreams that are alive when their time is over. */
const endless = [
  {
    name: 'never stops talking',
    script: streams(...Array.from({ length: 1_000 }, () => 'on and ')).paced(0, 10),
    heartbeats: false,
  },
  {
    name: 'is silent between heartbeats',
    script: streams('one two').after(1).thenStalls(),
    heartbeats: true,
  },
];

describe.each(hostKinds.filter(({ loaded }) => !loaded))('the total time on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, { totalTimeoutMs: TOTAL_MS }, { heartbeatMs: 30 }),
  }));

  describe.each(formats)('in $name', (format) => {
    it.each(endless)('ends a stream whose upstream $name', async ({ script, heartbeats }) => {
      const { upstream, host } = suite;
      upstream.next(script);
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(200);
      expect(await format.tellsFailure(answer)).toBe(true);
      expect(await end).toMatchObject({ outcome: 'timeout-total', error: { code: 'timeout-total' } });
      expect((await end).durationMs).toBeGreaterThanOrEqual(TOTAL_MS - 1);
      expect(answer.received.includes(': ping')).toBe(heartbeats && format.name !== 'plain text');
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(host.open()).toBe(0);
    });
  });

  it('is 504 for a whole answer', async () => {
    const { upstream, host } = suite;
    upstream.next(streams('one two').after(0).thenStalls());
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: 'timeout_total' } });
    expect((await end).outcome).toBe('timeout-total');
    expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
    expect(host.open()).toBe(0);
  });
});
