import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { refuses, streams, type Script } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { Fleet } from '../support/fleet.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { ask, type Answer } from '../support/http-client.js';
import { chat, refusedOptionsFor } from '../support/options.js';

const USAGE = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };
const MESSAGE = { role: 'assistant', content: 'Grüße\n\ndata: x' };
const WHOLE = {
  id: 'c1',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: MESSAGE, finish_reason: 'stop' }],
  usage: USAGE,
};

function json(body: unknown, headers: Record<string, string> = {}): Script {
  return { ...refuses(200, { body, headers }), status: 200 };
}

/** The chunks of an answer, of which `[DONE]` came last. */
async function chunksOf(answer: Answer): Promise<Record<string, unknown>[]> {
  const events = await answer.events();
  expect(events.pop()?.data).toBe('[DONE]');
  return events.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
}

const completions = (url: string, fields: object = {}, headers = {}) =>
  ask(`${url}/v1/chat/completions`, { headers, body: chat('Hi', { ...fields }) });

describe.each(hostKinds.slice(0, 1))('JSON where a stream was asked on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: refusedOptionsFor(baseUrl) }));

  describe.each(formats)('in $name', (format) => {
    it.each<[string, Script]>([
      ['as JSON', json(WHOLE)],
      ['printed in lines, behind a mark', json(`\ufeff\n${JSON.stringify(WHOLE, null, '\n\n')}\n\n`)],
      ['as an event stream', json(WHOLE, { 'content-type': 'text/event-stream' })],
      [
        'compressed',
        {
          status: 200,
          headers: { 'content-encoding': 'gzip' },
          steps: () => [{ do: 'write', bytes: gzipSync(JSON.stringify(WHOLE)) }],
        },
      ],
    ])('is a good answer when it is a completion, sent %s', async (_, script) => {
      const { upstream, host } = suite;
      upstream.next(script);
      const end = host.nextEnd();
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(200);
      expect(await answer.over).toBe(true);
      const text = (await answer.text()).replaceAll('\\n', '\n');
      expect(text).toContain(MESSAGE.content);
      expect(await end).toMatchObject({ outcome: 'finished', usage: { completionTokens: 5 } });
    });

    it.each([
      [{ error: { message: 'no', code: 'context_length_exceeded' } }, 400],
      [{ error: { message: 'no', type: 'rate_limit_error' } }, 429],
      [[{ error: { message: 'no', code: 404 } }], 404],
      [{ detail: 'no' }, 502],
      [{ ...WHOLE, choices: [{ message: MESSAGE, finish_reason: 'abort' }] }, 502],
    ])('is an error with its status when it is %j', async (body, status) => {
      const { upstream, host } = suite;
      upstream.next(json(body));
      expect((await format.ask(host.url)).status).toBe(status);
      expect(host.open()).toBe(0);
    });

    it.each([
      ['is torn', '{"choices":[{"message":{"content":"a"}}]', /upstream.cut|before its answer was complete/],
      ['is no completion', '{"data":[]}', /answered JSON that is no completion/],
      ['is several', '{"a":1}\n{"a":2}\n', /neither an event stream nor JSON/],
    ])('is an error when it %s', async (_, body, reported) => {
      const { upstream, host } = suite;
      upstream.next(json(body));
      const answer = await format.ask(host.url);
      expect(answer.status).toBe(502);
      expect(await answer.text()).toMatch(reported);
    });
  });

  it('comes as chunks to callers of the dialect, with the usage only where it was requested', async () => {
    const { upstream, host } = suite;
    upstream.next(json(WHOLE), json(WHOLE));
    const requested = await chunksOf(
      await completions(host.url, { stream_options: { include_usage: true } }),
    );
    const { content } = MESSAGE;
    const head = { id: 'c1', model: 'm', object: 'chat.completion.chunk' };
    expect(requested).toEqual([
      { ...head, choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: { content }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { ...head, choices: [], usage: USAGE },
    ]);
    const answer = await completions(host.url, {}, { 'x-sluice-grace': '30' });
    expect(await chunksOf(answer)).toEqual(requested.slice(0, -1));
    const id = String(answer.headers['x-sluice-stream']);
    const retained = await ask(`${host.url}/v1/streams/${id}?from=0`);
    expect(await chunksOf(retained)).toEqual(requested.slice(0, -1));
  });
});

describe('JSON in place of a stream on a route of several targets', () => {
  it('is asked of another one where it is an error of the target', async () => {
    const fleet = await Fleet.start(['a', 'b'], {});
    fleet.at('a').answers(json({ error: { message: 'no', code: 503 } }));
    fleet.at('b').answers(json(WHOLE));
    const answer = await completions(fleet.url, { model: 'r' });
    expect([answer.status, (await chunksOf(answer)).length]).toEqual([200, 3]);
    fleet.at('a').answers(json({ error: { message: 'no', code: 'context_length_exceeded' } }));
    expect((await completions(fleet.url, { model: 'r' })).status).toBe(400);
    expect(fleet.asked).toEqual([2, 1]);
  });

  it('is the rest of an answer that another target has begun', async () => {
    const targets = ['a', 'b'].map((upstream) => ({ upstream, model: `m-${upstream}`, continues: true }));
    const fleet = await Fleet.start(['a', 'b'], { route: { targets, continuation: true } });
    fleet.at('a').answers(streams('one', ' two', ' three').after(2).thenCuts());
    fleet
      .at('b')
      .answers(
        json({ ...WHOLE, choices: [{ message: { ...MESSAGE, content: ' end' }, finish_reason: 'stop' }] }),
      );
    const chunks = await chunksOf(await completions(fleet.url, { model: 'r' }));
    const text = JSON.stringify(chunks);
    expect(text.match(/"content":"[^"]+"/g)?.join('')).toBe(
      '"content":"one""content":" two""content":" end"',
    );
    expect(text.match(/"role"/g)).toHaveLength(1);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', target: 'b/m-b' }]);
  });
});
