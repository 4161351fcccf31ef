import { describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats, type Format } from '../support/formats.js';
import { Gate } from '../support/gate.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave, type Answer } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';
import { RawClient } from '../support/raw-client.js';
import { ServiceProcess } from '../support/service.js';
import { settled } from '../support/settled.js';

describe.each(hostKinds)('a client that half-closes on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  it.each(formats)(
    'ends its stream in one outcome, and leaves nothing open, in $name',
    async ({ question: body }) => {
      const { upstream, host } = suite;
      upstream.next(streams('one', ' two').after(1).thenStalls());
      const end = host.nextEnd();
      const client = await RawClient.ask(host.url, body);
      await client.until('one');
      client.halfClose();
      expect((await end).outcome).toBe('client-gone');
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      await client.closed;
      // What it got does not look whole.
      expect(client.complete).toBe(false);
      expect(host.open()).toBe(0);
    },
  );
});

describe.each(hostKinds)('a client that asks for the connection to close on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  it.each(formats)('sees it close after the whole answer, in $name', async ({ question: body }) => {
    const { upstream, host } = suite;
    upstream.next(streams('one', ' two'));
    const headers = { ...body.headers, connection: 'close' };
    const client = await RawClient.ask(host.url, { ...body, headers });
    await client.ended;
    expect(client.received).toContain('Connection: close\r\n');
    expect(client.complete).toBe(true);
    client.leave();
  });
});

describe('SIGTERM with 50 streams open', () => {
  it('lets them all finish, refuses new ones and exits with 0', async () => {
    const upstream = await ScriptedUpstream.start();
    const service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
    const gate = new Gate();
    upstream.answers(streams('one', ' two').after(1).thenHolds(gate.opened));
    const clients = await openFifty(service);
    service.signal('SIGTERM');
    await service.line(({ msg }) => msg === 'Sluice is shutting down');
    expect((await ask(`${service.url}/stream?content=Hi`)).status).toBe(503);
    gate.open();
    for (const { answer } of clients) expect(await answer.text()).toContain('two');
    expect(await service.exited).toBe(0);
    await upstream.stop();
  });

  it('tells them all at the deadline and exits with 0', async () => {
    const upstream = await ScriptedUpstream.start();
    const service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl, SLUICE_DRAIN_MS: '200' });
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const clients = await openFifty(service);
    service.signal('SIGTERM');
    for (const { format, answer } of clients) expect(await format.tellsFailure(answer)).toBe(true);
    expect(await service.exited).toBe(0);
    await upstream.stop();
  });
});

describe.each(hostKinds.filter(({ loaded }) => !loaded))(
  'after 1,000 streams of every end on $name',
  (kind) => {
    const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

    /** One batch of streams that end in every way. */
    const batch = async () => {
      const { upstream, host } = suite;
      const ends = [
        streams('one two'),
        streams('one two').after(1).thenCuts(),
        streams('one two').after(1).thenFails(),
        refuses(429),
        streams('one two').withoutDone(),
      ];
      upstream.next(...ends);
      const rounds = ends.map(
        async (_, index) => (await formats[index % formats.length]?.ask(host.url))?.over,
      );
      await Promise.all(rounds);
      upstream.next(streams('one two').after(1).thenStalls());
      const middle = await ask(`${host.url}/stream?content=Hi`);
      middle.leave();
      upstream.next(streams('one two').after(1).thenStalls());
      const chatting = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
      chatting.leave();
      upstream.next(streams('one two').after(0).thenStalls());
      const requested = upstream.nextRequest();
      const early = askAndLeave(`${host.url}/v1/chat/completions`, { body: chat('Hi') });
      await requested;
      early.leave();
      const whole = await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });
      await whole.over;
    };
    const STREAMS_PER_BATCH = 9;

    it('no stream, socket, timer or listener is left', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on('warning', onWarning);
      // What the first streams leave stays: pooled connections, compiled code.
      for (let round = 0; round < 10; round += 1) await batch();
      const before = await counted(suite.host.open);
      for (let done = 0; done < 1_000; done += STREAMS_PER_BATCH) await batch();
      const after = await counted(suite.host.open);
      process.off('warning', onWarning);
      expect(suite.host.open()).toBe(0);
      expect(after).toBeLessThanOrEqual(before);
      expect(warnings).toEqual([]);
      expect(new Set(suite.host.ended.map(({ stream }) => stream.id)).size).toBe(suite.host.ended.length);
    }, 60_000);
  },
);

/** Timers and sockets of this process, once nothing changes any more. */
async function counted(open: () => number): Promise<number> {
  await settled(open);
  return settled(() => process.getActiveResourcesInfo().length);
}

describe('header injection', () => {
  it.each(['sk\nx-evil: 1', 'sk\r\nx', 'sk-\u{1F30A}'])(
    'in a key stops the start, and is not printed: %j',
    async (key) => {
      const service = ServiceProcess.run({ OPENAI_API_KEY: key });
      expect(await service.exited).toBe(1);
      expect(service.stderr).toContain(
        'OPENAI_API_KEY (upstreams.openai.keys.0) holds a character that HTTP headers cannot carry',
      );
      expect(service.stderr).not.toContain(key);
    },
  );
});

/** Fifty streams, in every format by turns, each with its first delta. */
async function openFifty(service: ServiceProcess): Promise<{ format: Format; answer: Answer }[]> {
  return Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const format = formats[index % formats.length];
      if (format === undefined) throw new Error('There is no format');
      const answer = await format.ask(service.url);
      await answer.until((received) => received.includes('one'));
      return { format, answer };
    }),
  );
}
