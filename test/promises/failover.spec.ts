import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ignores, refuses, resets, streams, type Script, type Scripting } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { inOneWrite, OVERLOADED, says } from '../support/in-one-write.js';
import { askIn, openai, ways } from '../support/ways.js';

const SILENCE_MS = 150;
/** Far less than the 5 seconds that an error body may take. */
const MOMENT_MS = 2_000;
const ANSWER = 'The whole answer of the second';

interface Fault {
  readonly name: string;
  /** Undefined: nobody listens. */
  readonly script: Scripting | undefined;
  /** Only streams know it. */
  readonly streamed?: true;
  readonly silent?: true;
}

/** What goes wrong before the first content. */
const faults: readonly Fault[] = [
  { name: 'refuses connections', script: undefined },
  { name: 'resets before its headers', script: resets() },
  ...[401, 403, 408, 409, 425, 500, 502, 503, 504, 529].map((status) => ({
    name: `answers ${status}`,
    script: refuses(status),
  })),
  { name: 'answers 429', script: refuses(429, { headers: { 'retry-after': '30' } }) },
  { name: 'answers 200 with an error', script: refuses(200, { body: { error: { message: 'overloaded' } } }) },
  { name: 'sends an error event', script: streams('one').after(0).thenFails(), streamed: true },
  {
    name: 'sends an error in one write with its first content',
    script: streams('').thenSends(inOneWrite(says('one'), OVERLOADED)),
    streamed: true,
  },
  { name: 'cuts before the first content', script: streams('one').after(0).thenCuts() },
  { name: 'closes before the first content', script: streams('one').after(0).thenCloses() },
  { name: 'finishes without any content', script: streams(''), streamed: true },
  { name: 'sends no headers in time', script: ignores(), streamed: true, silent: true },
  {
    name: 'sends no content in time',
    script: streams('one').after(0).thenStalls(),
    streamed: true,
    silent: true,
  },
];

describe.each(hostKinds.slice(0, 2))('failover on $name', (kind) => {
  describe.each(ways)('over $name', (way) => {
    const known = faults.filter(({ streamed }) => way.streaming || !streamed);

    it.each(known)('asks the next target when the first $name', async ({ script, silent }) => {
      const each = silent && { a: { firstTokenTimeoutMs: SILENCE_MS } };
      const fleet = await Fleet.start(['a', 'b'], { kind, each });
      if (script === undefined) await fleet.takeDown('a');
      else fleet.at('a').answers(script);
      fleet.at('b').answers(streams(ANSWER));
      const answer = await askIn(way, fleet.url);
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
      expect(await way.text(answer)).toBe(ANSWER);
      await Promise.all(fleet.at('a').requests.map(({ closed }) => closed));
      expect(fleet.asked).toEqual([script === undefined ? 0 : 1, 1]);
      expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', target: 'b/m', attempts: 2 }]);
      expect(fleet.told('attempt-failed')).toMatchObject([{ attempt: { number: 1, target: 'a/m' } }]);
    });

    it.each([400, 404, 413, 422])('keeps to the first target when it answers %i', async (status) => {
      const fleet = await Fleet.start(['a', 'b'], { kind });
      fleet.at('a').answers(refuses(status));
      const answer = await askIn(way, fleet.url);
      expect(answer.status).toBe(status);
      await answer.over;
      expect(fleet.asked).toEqual([1, 0]);
      expect(fleet.told('ended')).toMatchObject([{ target: 'a/m', attempts: 1 }]);
    });
  });

  describe.each(formats)('in $name', (format) => {
    it.each([
      { name: 'cuts', script: streams('one', ' two').after(1).thenCuts(), outcome: 'upstream-cut' },
      { name: 'closes', script: streams('one', ' two').after(1).thenCloses(), outcome: 'upstream-cut' },
      { name: 'fails', script: streams('one', ' two').after(1).thenFails(), outcome: 'upstream-error' },
      { name: 'stalls', script: streams('one', ' two').after(1).thenStalls(), outcome: 'timeout-idle' },
    ])('does not fail over when the target $name after content', async ({ script, outcome }) => {
      const fleet = await Fleet.start(['a', 'b'], {
        kind,
        ...(outcome === 'timeout-idle' && { upstreams: { idleTimeoutMs: SILENCE_MS } }),
        route: { aliases: ['scripted-1'] },
      });
      fleet.at('a').answers(script);
      const answer = await format.ask(fleet.url);
      expect(answer.status).toBe(200);
      expect(await format.tellsFailure(answer)).toBe(true);
      expect(fleet.asked).toEqual([1, 0]);
      expect(fleet.told('ended')).toMatchObject([{ outcome, target: 'a/m', attempts: 1 }]);
    });
  });
});

describe('the attempts of a request', () => {
  it('are as many as maxAttempts allows', async () => {
    const fleet = await Fleet.start(['a', 'b', 'c'], { route: { maxAttempts: 2 } });
    fleet.at('a').answers(refuses(500));
    fleet.at('b').answers(refuses(503));
    const answer = await askIn(openai, fleet.url);
    expect(answer.status).toBe(503);
    await answer.over;
    expect(fleet.asked).toEqual([1, 1, 0]);
    expect(fleet.told('ended')).toMatchObject([{ attempts: 2, target: 'b/m' }]);
  });

  it('are three where the route does not say', async () => {
    const fleet = await Fleet.start(['a', 'b', 'c', 'd']);
    for (const name of ['a', 'b', 'c']) fleet.at(name).answers(refuses(500));
    expect((await askIn(openai, fleet.url)).status).toBe(502);
    expect(fleet.asked).toEqual([1, 1, 1, 0]);
  });

  it('go round again where maxAttempts asks for more than there are targets', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { maxAttempts: 3 } });
    fleet.at('a').next(refuses(503));
    fleet.at('b').answers(refuses(503));
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'a/m', 'x-sluice-attempts': '3' });
    expect(fleet.asked).toEqual([2, 1]);
  });

  it('are bounded by the route’s budget of retries where every target fails', async () => {
    const retryBudget = { ratio: 0, minimum: 2, windowMs: 60_000 };
    const fleet = await Fleet.start(['a', 'b'], { route: { retryBudget } });
    for (const name of ['a', 'b']) fleet.at(name).answers(refuses(500));
    for (let requested = 0; requested < 4; requested += 1) {
      expect((await askIn(openai, fleet.url)).status).toBe(502);
    }
    // That of the first request cost nothing: nothing was known against the second target.
    expect(fleet.asked).toEqual([4, 3]);
  });

  it('do not touch the budget where nobody listens', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { retryBudget: { ratio: 0, minimum: 0 } } });
    await fleet.takeDown('a');
    expect((await askIn(openai, fleet.url)).status).toBe(200);
  });

  it('touch the budget where a server took the request and answers with no HTTP', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end('HELLO\r\n\r\n')));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const route = { retryBudget: { ratio: 0, minimum: 0 } };
    const fleet = await Fleet.start(['a', 'b'], { route, each: { a: { baseUrl } } });
    // So that nothing is free with the second target.
    fleet.at('b').next(refuses(500));
    for (let requested = 0; requested < 2; requested += 1) {
      expect((await askIn(openai, fleet.url)).status).toBe(502);
    }
    expect(fleet.asked).toEqual([0, 1]);
  });
});

describe.each(ways)('with every target down over $name', (way) => {
  it.each([
    { first: refuses(429), second: refuses(500), status: 502, wait: undefined },
    {
      first: refuses(500),
      second: refuses(429, { headers: { 'retry-after': '7' } }),
      status: 429,
      wait: '7',
    },
    { first: refuses(500), second: refuses(529), status: 503, wait: undefined },
    { first: refuses(503), second: refuses(504), status: 504, wait: undefined },
    { first: refuses(503), second: refuses(401), status: 401, wait: undefined },
    { first: refuses(503), second: resets(), status: 502, wait: undefined },
  ])('tells the last error’s status, $status', async ({ first, second, status, wait }) => {
    const fleet = await Fleet.start(['a', 'b']);
    fleet.at('a').answers(first);
    fleet.at('b').answers(second);
    const answer = await askIn(way, fleet.url);
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(wait);
    await answer.over;
    expect(fleet.asked).toEqual([1, 1]);
    expect(fleet.told('ended')).toMatchObject([{ target: 'b/m', attempts: 2 }]);
  });

  it('tells 502 where nobody listens', async () => {
    const fleet = await Fleet.start(['a', 'b']);
    await Promise.all([fleet.takeDown('a'), fleet.takeDown('b')]);
    const answer = await askIn(way, fleet.url);
    expect(answer.status).toBe(502);
    expect(answer.headers['x-should-retry']).toBe('true');
  });
});

describe('an answer without content', () => {
  it('is passed on where the only target gives it', async () => {
    const fleet = await Fleet.start(['a']);
    fleet.at('a').answers(streams(''));
    const answer = await askIn(openai, fleet.url);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/"finish_reason":"stop".*\[DONE\]/s);
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', attempts: 1 }]);
  });

  it('is passed on where every target gives it', async () => {
    const fleet = await Fleet.start(['a', 'b']);
    for (const name of ['a', 'b']) fleet.at(name).answers(streams(''));
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
    expect(await answer.text()).toContain('[DONE]');
    expect(fleet.asked).toEqual([1, 1]);
  });

  it('is passed on where its length or its content was limited', async () => {
    const fleet = await Fleet.start(['a', 'b']);
    fleet.at('a').next(streams('').finishes('length'), streams('').finishes('content_filter'));
    for (const reason of ['length', 'content_filter']) {
      const answer = await ask(`${fleet.url}/v1/chat/completions`, openai.question('r'));
      expect(await answer.text()).toContain(`"finish_reason":"${reason}"`);
    }
    expect(fleet.asked).toEqual([2, 0]);
  });

  it('does not use up the one question that the next target may be asked', async () => {
    const fleet = await Fleet.start(['a', 'b'], { upstreams: { maxAttempts: 1 } });
    fleet.at('a').answers(streams(''));
    fleet.at('b').answers(streams(ANSWER));
    expect(await openai.text(await askIn(openai, fleet.url))).toBe(ANSWER);
  });
});

describe('a refusal whose body stalls', () => {
  const headers = { 'content-type': 'application/json' };
  const stalls: Script = {
    status: 503,
    headers,
    steps: () => [{ do: 'write', bytes: '{"er' }, { do: 'stall' }],
  };

  it('does not hold the next target up', async () => {
    const fleet = await Fleet.start(['a', 'b']);
    fleet.at('a').answers(stalls);
    const requested = performance.now();
    expect((await askIn(openai, fleet.url)).headers['x-sluice-target']).toBe('b/m');
    expect(performance.now() - requested).toBeLessThan(MOMENT_MS);
  });

  it('is closed when its caller leaves', async () => {
    const fleet = await Fleet.start(['a']);
    fleet.at('a').answers(stalls);
    const requested = fleet.at('a').nextRequest();
    const { path, ...body } = openai.question('r');
    const client = askAndLeave(fleet.url + path, body);
    const { closed } = await requested;
    const leftAt = performance.now();
    client.leave();
    expect((await closed).at - leftAt).toBeLessThan(MOMENT_MS);
  });
});
