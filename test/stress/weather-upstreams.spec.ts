import { describe, expect, it } from 'vitest';
import { ignores, refuses, replays, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds, startHost } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const HTML = '<html><body>secret-page</body></html>';
const TRIES = 5;
const CLOSES_WITHIN_MS = 100;

describe.each(hostKinds)('strange upstreams on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  describe.each(formats)('in $name', (format) => {
    it.each([
      { name: 'HTML in place of a stream', script: replays(Buffer.from(HTML)), status: 502 },
      { name: 'HTML with 500', script: refuses(500, { body: HTML }), status: 502 },
      { name: 'HTML with 404', script: refuses(404, { body: HTML }), status: 404 },
    ])('are told as $status for $name, and nothing of it', async ({ script, status }) => {
      suite.upstream.next(script);
      const answer = await format.ask(suite.host.url);
      expect(answer.status).toBe(status);
      expect(await answer.text()).not.toContain('secret-page');
    });

    it('are told as 502 when nobody listens', async () => {
      const gone = await ScriptedUpstream.start();
      const host = await startHost(kind, { sluice: optionsFor(gone.baseUrl) });
      await gone.stop();
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(502);
      expect(await answer.text()).toContain('could not be reached (ECONNREFUSED)');
      await host.stop();
    });

    it('are not asked for a model that no route has', async () => {
      const routes = { other: { targets: [{ upstream: 'scripted', model: 'm' }] } };
      const host = await startHost(kind, { sluice: { ...optionsFor(suite.upstream.baseUrl), routes } });
      const { path, headers, body } = format.question;
      const query = path.startsWith('/stream') ? '&model=scripted-1' : '';
      const answer = await ask(host.url + path + query, { ...(headers && { headers }), body });
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('does not exist here');
      expect(suite.upstream.requests).toHaveLength(0);
      await host.stop();
    });
  });

  it('are told as 502 for HTML in place of a whole answer', async () => {
    suite.upstream.next(replays(Buffer.from(HTML)));
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, {
      body: chat('Hi', { stream: false }),
    });
    expect(answer.status).toBe(502);
    expect(await answer.text()).not.toContain('secret-page');
  });
});

describe.each(hostKinds)('an upstream whose caller leaves on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));
  const silent = streams('one').after(0).thenStalls();

  it.each([
    { moment: 'before the headers', script: ignores(), body: chat('Hi') },
    { moment: 'before the first token', script: silent, body: chat('Hi') },
    { moment: 'without a stream', script: ignores(), body: chat('Hi', { stream: false }) },
  ])(`is closed within ${CLOSES_WITHIN_MS} ms, $moment`, async ({ script, body }) => {
    const times: number[] = [];
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      suite.upstream.next(script);
      const requested = suite.upstream.nextRequest();
      const client = askAndLeave(`${suite.host.url}/v1/chat/completions`, { body });
      const request = await requested;
      const leftAt = performance.now();
      client.leave();
      times.push((await request.closed).at - leftAt);
    }
    // The median: a machine that is busy may be late once.
    expect(times.toSorted((a, b) => a - b)[Math.floor(TRIES / 2)]).toBeLessThan(CLOSES_WITHIN_MS);
  });
});

describe.each(hostKinds)('a stream that goes on too long on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, { totalTimeoutMs: 300 }, { heartbeatMs: 20 }),
  }));

  it.each(formats)('is told so in $name, whatever heartbeats flow', async (format) => {
    suite.upstream.next(streams('one', ' two').after(1).thenStalls());
    const end = suite.host.nextEnd();
    const answer = await format.ask(suite.host.url);
    expect(await format.tellsFailure(answer)).toBe(true);
    expect((await end).outcome).toBe('timeout-total');
  });
});
