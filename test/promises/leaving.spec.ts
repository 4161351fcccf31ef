import { describe, expect, it } from 'vitest';
import { ignores, streams, type Scripting } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { askAndLeave } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

/** Upstreams that would continue for ever, and so only stop because their caller left. */
const silences: readonly { readonly moment: string; readonly script: Scripting }[] = [
  { moment: 'before the upstream’s headers', script: ignores() },
  { moment: 'before the first token', script: streams('one two').after(0).thenStalls() },
];

describe.each(hostKinds)('leaving on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  describe.each(formats)('in $name', (format) => {
    it.each(silences)('closes the upstream $moment', async ({ script }) => {
      const { upstream, host } = suite;
      upstream.next(script);
      const requested = upstream.nextRequest();
      const end = host.nextEnd();
      const client = askAndLeave(host.url + format.question.path, format.question);
      const request = await requested;
      client.leave();
      expect(await request.closed).toMatchObject({ complete: false });
      expect(await end).toMatchObject({ outcome: 'client-gone', ttftMs: undefined });
      expect(host.open()).toBe(0);
    });

    it('closes the upstream in the middle', async () => {
      const { upstream, host } = suite;
      upstream.next(streams('one', ' two', ' three').after(2).thenStalls());
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      await answer.until((received) => received.includes('two'));
      answer.leave();
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(await end).toMatchObject({ outcome: 'client-gone' });
      expect(host.open()).toBe(0);
    });
  });

  it.each([
    { moment: 'before the headers', script: ignores() },
    { moment: 'in the middle of the body', script: streams('one two').after(0).thenStalls() },
  ])('closes the upstream of a whole answer $moment', async ({ script }) => {
    const { upstream, host } = suite;
    upstream.next(script);
    const requested = upstream.nextRequest();
    const end = host.nextEnd();
    const client = askAndLeave(`${host.url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });
    const request = await requested;
    client.leave();
    expect(await request.closed).toMatchObject({ complete: false });
    expect(await end).toMatchObject({ outcome: 'client-gone' });
    expect(host.open()).toBe(0);
  });
});
