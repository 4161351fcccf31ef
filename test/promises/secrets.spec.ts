import { describe, expect, it } from 'vitest';
import { ignores, refuses, resets, streams, type Scripting } from '../../src/testing/index.js';
import { Metrics, type UpstreamOptions } from '../../src/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { LogTrap } from '../support/log-trap.js';
import { optionsFor } from '../support/options.js';

const KEY = 'sk-upstream-secret';
const ANSWER = 'completion-text';

const scripts: readonly { readonly name: string; readonly script: Scripting }[] = [
  { name: 'answers', script: streams(ANSWER) },
  {
    name: 'echoes the key in a 401',
    script: refuses(401, { body: { error: { message: `Bad key ${KEY}`, type: 'x' } } }),
  },
  {
    name: 'echoes the key in a 400',
    script: refuses(400, { body: { error: { message: `Bad ${KEY}`, deep: [{ key: KEY }] } } }),
  },
  {
    name: 'echoes the key in its stream',
    script: streams(ANSWER)
      .after(1)
      .thenFails({ message: `Bad ${KEY}`, type: 'x' }),
  },
  { name: 'resets', script: resets() },
  { name: 'is silent', script: ignores() },
  { name: 'cuts', script: streams(ANSWER).after(1).thenCuts() },
];

describe.each(hostKinds)('secrets on $name', (kind) => {
  const trap = new LogTrap();
  const suite = fixture(kind, (baseUrl) => ({
    sluice: optionsFor(baseUrl, { headersTimeoutMs: 200 }),
    prepare: (app) => app.useLogger(trap),
  }));

  describe.each(formats)('in $name', (format) => {
    it.each(scripts)('stay out of log, error and metrics when the upstream $name', async ({ script }) => {
      suite.upstream.next(script);
      const end = suite.host.nextEnd();
      const answer = await format.ask(suite.host.url);
      await answer.over;
      await end;
      expect(answer.received).not.toContain(KEY);
      const reported = trap.text + (await suite.host.app.get(Metrics).registry.metrics());
      expect(trap.text).toContain('stream ended');
      for (const secret of [KEY, ANSWER, '"Hi"', 'content=']) expect(reported).not.toContain(secret);
    });
  });
});

const said = { error: { message: `Bad ${KEY}`, type: 'x', deep: [{ key: KEY }] } };
const quotes: readonly { readonly name: string; readonly script: Scripting }[] = [
  { name: 'a 400', script: refuses(400, { body: said }) },
  { name: 'a 429', script: refuses(429, { body: said }) },
  { name: 'its stream', script: streams(ANSWER).after(1).thenFails(said.error) },
];

const places: readonly {
  readonly name: string;
  readonly place: (baseUrl: string) => Partial<UpstreamOptions>;
}[] = [
  { name: 'a header, behind its scheme', place: () => ({ headers: { authorization: `Bearer ${KEY}` } }) },
  { name: 'the URL', place: (baseUrl) => ({ baseUrl: baseUrl.replace('//', `//me:${KEY}@`) }) },
];

describe.each(hostKinds.slice(0, 1))('a secret that is no key, on $name', (kind) => {
  describe.each(places)('in $name', ({ place }) => {
    const suite = fixture(kind, (baseUrl) => ({
      sluice: optionsFor(baseUrl, { keys: [], ...place(baseUrl) }),
    }));

    describe.each(formats)('in $name', (format) => {
      it.each(quotes)('reaches no caller when the upstream quotes it in $name', async ({ script }) => {
        suite.upstream.next(script);
        const answer = await format.ask(suite.host.url);
        await answer.over;
        expect(answer.received).not.toContain(KEY);
        expect(suite.upstream.lastRequest.headers['authorization']).toBeDefined();
      });
    });
  });
});
