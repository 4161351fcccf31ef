import { describe, expect, it } from 'vitest';
import { ignores, streams, type ReceivedRequest, type Scripting } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const TRIES = 5;
const MAX_MS = 100;

/** What happens before the first byte of an answer. */
const silences: readonly { readonly moment: string; readonly script: Scripting }[] = [
  { moment: 'before the upstream’s headers', script: ignores() },
  { moment: 'before the first token', script: streams('one two').after(0).thenStalls() },
];

describe.each(hostKinds)('the time from leaving to a closed upstream on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  async function leaveInSilence(script: Scripting, question: (typeof formats)[number]['question']) {
    const { upstream, host } = suite;
    upstream.next(script);
    const asked = upstream.nextRequest();
    const end = host.nextEnd();
    const client = askAndLeave(host.url + question.path, question);
    const request = await asked;
    return leave(request, client, end);
  }

  describe.each(formats)('in $name', ({ question }) => {
    it.each(silences)('is less than 100 ms $moment', async ({ script }) => {
      expect(await medianOf(() => leaveInSilence(script, question))).toBeLessThan(MAX_MS);
    });

    it('is less than 100 ms in the middle', async () => {
      const { upstream, host } = suite;
      const median = await medianOf(async () => {
        upstream.next(streams('one', ' two', ' three').after(2).thenStalls());
        const end = host.nextEnd();
        const client = await ask(host.url + question.path, question);
        await client.until((received) => received.includes('two'));
        return leave(upstream.lastRequest, client, end);
      });
      expect(median).toBeLessThan(MAX_MS);
    });
  });

  describe('in a whole answer', () => {
    const question = { path: '/v1/chat/completions', body: chat('Hi', { stream: false }) };

    it.each([
      { moment: 'before the upstream’s headers', script: ignores() },
      { moment: 'in the middle of the body', script: streams('one two').after(0).thenStalls() },
    ])('is less than 100 ms $moment', async ({ script }) => {
      expect(await medianOf(() => leaveInSilence(script, question))).toBeLessThan(MAX_MS);
    });
  });
});

/** Leaves, and tells after how many milliseconds the upstream saw its connection closed. */
async function leave(
  request: ReceivedRequest,
  client: { leave(): void },
  end: Promise<unknown>,
): Promise<number> {
  const leftAt = performance.now();
  client.leave();
  const { at, complete } = await request.closed;
  expect(complete).toBe(false);
  await end;
  return at - leftAt;
}

/** The median of some tries, in milliseconds: a busy machine may spoil one. */
async function medianOf(leaveOnce: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt += 1) times.push(await leaveOnce());
  return times.toSorted((a, b) => a - b)[Math.floor(TRIES / 2)] ?? Number.NaN;
}
