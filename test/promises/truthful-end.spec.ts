import { describe, expect, it } from 'vitest';
import { streams, type Scripting } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { chat, optionsFor } from '../support/options.js';
import { ask } from '../support/http-client.js';
import { finishes, inOneWrite } from '../support/in-one-write.js';

/** Faults after the first content, and the outcome that each is recorded as. */
const faults: readonly { readonly name: string; readonly script: Scripting; readonly outcome: string }[] = [
  { name: 'cuts', script: streams('one two three').after(2).thenCuts(), outcome: 'upstream-cut' },
  { name: 'closes early', script: streams('one two three').after(2).thenCloses(), outcome: 'upstream-cut' },
  {
    name: 'cuts within an event',
    script: streams('one two').after(1).thenSends('data: {"choi').thenCuts(),
    outcome: 'upstream-cut',
  },
  {
    name: 'reports an error',
    script: streams('one two three').after(2).thenFails(),
    outcome: 'upstream-error',
  },
  { name: 'stalls', script: streams('one two three').after(2).thenStalls(), outcome: 'timeout-idle' },
];

describe.each(hostKinds)('a truthful end on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, { idleTimeoutMs: 300 }) }));

  describe.each(formats)('in $name', (format) => {
    it.each(faults)('is told when the upstream $name', async ({ script, outcome }) => {
      const { upstream, host } = suite;
      upstream.next(script);
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(200);
      expect(await format.tellsFailure(answer)).toBe(true);
      expect((await end).outcome).toBe(outcome);
      expect(host.open()).toBe(0);
    });

    it.each([
      ['stop', 'finished'],
      ['length', 'length'],
      ['content_filter', 'content-filter'],
      ['tool_calls', 'finished'],
    ])('records the finish reason %s as %s', async (reason, outcome) => {
      const { upstream, host } = suite;
      upstream.next(streams('one two').finishes(reason));
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      expect(await answer.over).toBe(true);
      expect(await end).toMatchObject({
        outcome,
        usage: { promptTokens: 9, completionTokens: 12, totalTokens: 21 },
      });
    });

    it('takes a finish reason without [DONE] for a whole answer', async () => {
      const { upstream, host } = suite;
      upstream.next(streams('one two').withoutDone());
      const end = host.nextEnd();
      expect(await (await format.ask(host.url)).over).toBe(true);
      expect((await end).outcome).toBe('finished');
    });
  });

  it('does not take the finish of one of two choices for a whole answer', async () => {
    const { upstream, host } = suite;
    upstream.next(streams('one two').withoutDone());
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { n: 2 }) });
    expect(await answer.text()).toContain('"code":"upstream_cut"');
    expect((await end).outcome).toBe('upstream-cut');
  });

  it('does not take two finishes of one of two choices for a whole answer', async () => {
    const { upstream, host } = suite;
    upstream.next(
      streams('one two')
        .withoutDone()
        .after(2)
        .thenSends(inOneWrite(finishes(0))),
    );
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { n: 2 }) });
    const received = await answer.text();
    expect(received).toContain('"code":"upstream_cut"');
    expect(received).not.toContain('[DONE]');
    expect((await end).outcome).toBe('upstream-cut');
  });

  it('takes the finish of each choice for a whole answer', async () => {
    const { upstream, host } = suite;
    upstream.next(
      streams('one two')
        .withoutDone()
        .after(2)
        .thenSends(inOneWrite(finishes(1))),
    );
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { n: 2 }) });
    expect(await answer.text()).toContain('[DONE]');
    expect((await end).outcome).toBe('finished');
  });

  it('is told of a whole answer that is cut', async () => {
    const { upstream, host } = suite;
    upstream.next(streams('one two three').after(0).thenCuts());
    const answer = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_cut', type: 'server_error' } });
  });
});
