import { fetchEventSource, type EventSourceMessage } from '@microsoft/fetch-event-source';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { fixture } from '../support/fixture.js';
import { Gate } from '../support/gate.js';
import { HeldAnswer } from '../support/held-answer.js';
import { optionsFor } from '../support/options.js';

const forms = [
  { method: 'GET', path: '/stream?content=Hi', init: {} },
  {
    method: 'POST',
    path: '/stream',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'Hi' }),
    },
  },
];

describe.each(clientKinds)('fetch-event-source on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, {}, { heartbeatMs: 20 }) }));

  beforeAll(() => {
    vi.stubGlobal('window', { fetch, setTimeout, clearTimeout });
    vi.stubGlobal('document', { hidden: false, addEventListener() {}, removeEventListener() {} });
  });
  afterAll(() => void vi.unstubAllGlobals());

  describe.each(forms)('with $method', ({ path, init }) => {
    it('has each delta while the upstream has not sent the next', async () => {
      const answer = new HeldAnswer('one', ' two', ' three');
      suite.upstream.next(answer);
      const { messages } = await watch(suite.host.url + path, init, () => answer.release());
      expect(messages.map(({ data }) => data).slice(0, 3)).toEqual([
        '{"delta":"one"}',
        '{"delta":" two"}',
        '{"delta":" three"}',
      ]);
      expect(messages.map(({ event }) => event)).toEqual(['', '', '', 'done']);
      expect(suite.upstream.requests).toHaveLength(1);
    });

    it('is given no message by heartbeats', async () => {
      const held = new Gate();
      suite.upstream.next(streams('one', ' two').after(1).thenHolds(held.opened));
      const pings = countPings(3, () => held.open());
      const { messages } = await watch(suite.host.url + path, { ...init, fetch: pings.fetch });
      expect(pings.seen()).toBeGreaterThanOrEqual(3);
      expect(messages.map(({ event }) => event)).toEqual(['', '', 'done']);
      expect(messages.filter(({ data }) => data === '')).toEqual([]);
    });

    it('is told that its stream failed, and does not ask again', async () => {
      suite.upstream.next(streams('one', ' two').after(1).thenCuts());
      const { messages, retries } = await watch(suite.host.url + path, init);
      expect(messages.map(({ event }) => event)).toEqual(['', 'failed']);
      expect(messages.at(-1)?.data).toContain('"code":"upstream-cut"');
      expect(retries).toBe(0);
      expect(suite.upstream.requests).toHaveLength(1);
    });

    it('is told that its stream is gone when it asks again after a cut: the upstream is asked once', async () => {
      const proxy = await CuttingProxy.start(suite.host.url);
      suite.upstream.next(streams('one', ' two').after(1).thenStalls());
      const { messages, retries } = await watch(proxy.url + path, init, () => proxy.cut());
      await proxy.stop();
      expect(messages.map(({ event }) => event)).toEqual(['', 'failed']);
      expect(messages.at(-1)?.data).toContain('"code":"stream-gone"');
      expect(retries).toBe(1);
      expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(suite.upstream.requests).toHaveLength(1);
    });
  });
});

interface Watched {
  readonly messages: readonly EventSourceMessage[];
  readonly retries: number;
}

/** Everything that the client delivers until its stream is over. It asks again at once when it is cut off. */
async function watch(
  url: string,
  init: RequestInit & { headers?: Record<string, string>; fetch?: typeof fetch },
  onDelta: () => void = () => undefined,
): Promise<Watched> {
  const messages: EventSourceMessage[] = [];
  let retries = 0;
  await fetchEventSource(url, {
    ...init,
    openWhenHidden: true,
    onmessage(message) {
      messages.push(message);
      if (message.event === '') onDelta();
    },
    onerror() {
      retries += 1;
      return 1;
    },
  });
  return { messages, retries };
}

/** A fetch that looks for heartbeats in what passes. */
function countPings(enough: number, onEnough: () => void): { fetch: typeof fetch; seen: () => number } {
  let pings = 0;
  const look = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      pings += Buffer.from(chunk).toString('utf8').split(': ping\n').length - 1;
      if (pings >= enough) onEnough();
      controller.enqueue(chunk);
    },
  });
  return {
    seen: () => pings,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      return new Response(response.body?.pipeThrough(look) ?? null, response);
    },
  };
}
