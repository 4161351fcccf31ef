import { describe, expect, it } from 'vitest';
import { refuses, replays, streams, type Scripting } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { Fleet } from '../support/fleet.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const LEVELS = [2_500, 5_000, 1_000_000];
const MORE = 'one two three';

const nested = (levels: number) => '{"a":'.repeat(levels) + '0' + '}'.repeat(levels);
const within = (levels: number) =>
  `{"choices":[{"index":0,"delta":{"content":"x","a":${nested(levels)}}}],"usage":{}}`;
const failure = (levels: number) => `{"error":{"message":"m","a":${nested(levels)}}}`;
const called = (levels: number) =>
  `{"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":${nested(levels)}}}]}}],"usage":{}}`;

const body = (text: string) => ({ ...refuses(200, { body: text }), status: 200 });

/** Where an upstream puts what is nested too deeply. */
const places: readonly { readonly name: string; readonly data: (levels: number) => string }[] = [
  { name: 'a chunk', data: within },
  { name: 'an error event', data: failure },
  { name: 'the arguments of a tool call', data: called },
  { name: 'a list', data: (levels) => `[${nested(levels)},"usage":{}` },
];

describe.each(hostKinds.slice(0, 1))('what is nested too deeply on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  const isServed = async () => {
    const answer = await ask(`${suite.host.url}/v1/chat/completions`, { body: chat('Hi') });
    return (await answer.text()).endsWith('data: [DONE]\n\n');
  };

  describe.each(formats)('in $name', (format) => {
    it.each(places)('fails the one stream in $name', async ({ data }) => {
      for (const levels of LEVELS) {
        const sent = `data: ${data(levels)}\n\n`;
        suite.upstream.next(streams(MORE).after(2).thenSends(sent), streams(MORE).after(0).thenSends(sent));
        const late = await format.ask(suite.host.url);
        expect(await format.tellsFailure(late)).toBe(true);
        const early = await format.ask(suite.host.url);
        expect(early.status).toBe(502);
        await early.over;
      }
      expect(await isServed()).toBe(true);
      expect(suite.host.open()).toBe(0);
    });

    it('says the status of an error body', async () => {
      for (const levels of LEVELS) {
        suite.upstream.next(refuses(422, { body: failure(levels) }));
        expect((await format.ask(suite.host.url)).status).toBe(422);
      }
    });
  });

  it('is no whole answer', async () => {
    const scripts: readonly ((levels: number) => Scripting)[] = [
      (levels) => body(`{"choices":[{"finish_reason":"stop","message":${nested(levels)}}]}`),
      (levels) => body(failure(levels)),
      (levels) => replays(Buffer.from('['.repeat(levels))),
    ];
    for (const levels of LEVELS) {
      for (const script of scripts) {
        suite.upstream.next(script(levels));
        const answer = await ask(`${suite.host.url}/v1/chat/completions`, {
          body: chat('Hi', { stream: false }),
        });
        expect(answer.status).toBe(502);
      }
    }
  });
});

describe('what is nested too deeply in the rest of an answer', () => {
  it('ends the one stream with an error', async () => {
    const targets = ['a', 'b'].map((upstream) => ({ upstream, model: 'm', continues: true }));
    const fleet = await Fleet.start(['a', 'b'], { route: { targets, continuation: true } });
    for (const levels of LEVELS) {
      const sent = `data: ${within(levels)}\n\n`;
      fleet.at('a').next(streams(MORE).after(2).thenCuts());
      fleet.at('b').next(streams(MORE).after(1).thenSends(sent));
      const answer = await ask(`${fleet.url}/v1/chat/completions`, { body: chat('Hi', { model: 'r' }) });
      const text = await answer.text();
      expect(text).toContain('"error":');
      expect(text).not.toContain('[DONE]');
    }
  });
});
