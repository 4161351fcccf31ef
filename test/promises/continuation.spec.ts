import { describe, expect, it } from 'vitest';
import { refuses, streams, type Scripting } from '../../src/testing/index.js';
import { Fleet, type FleetOptions } from '../support/fleet.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { ask, type Answer } from '../support/http-client.js';
import { finishes, inOneWrite, OVERLOADED, says } from '../support/in-one-write.js';

interface Chunk {
  readonly id: string;
  readonly model: string;
  readonly choices: { delta: { content?: string; role?: string }; finish_reason: string | null }[];
  readonly usage?: Record<string, number>;
  readonly error?: { code: string };
  readonly sluice?: unknown;
}

const BEGINNING = streams('one', ' two', ' three').after(2);
const body = { model: 'r', stream: true, messages: [{ role: 'user', content: 'Count' }] };

/** A route whose targets all continue what another one has begun, unless a test says otherwise. */
function launch(
  fields: Record<string, unknown> = {},
  continues = true,
  rest: FleetOptions['rest'] = {},
): Promise<Fleet> {
  const targets = ['a', 'b'].map((upstream) => ({ upstream, model: `m-${upstream}`, continues }));
  return Fleet.start(['a', 'b'], {
    route: { targets, continuation: true, ...fields },
    upstreams: { idleTimeoutMs: 600 },
    rest,
  });
}

const completions = (fleet: Fleet, fields: object = {}) =>
  ask(`${fleet.url}/v1/chat/completions`, { body: { ...body, ...fields } });

async function chunksOf(answer: Answer): Promise<Chunk[]> {
  const events = await answer.events();
  return events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as Chunk);
}

const textOf = (chunks: readonly Chunk[]) =>
  chunks.map(({ choices }) => choices?.[0]?.delta.content ?? '').join('');

const REFUSAL = inOneWrite({ id: 'x', choices: [{ index: 0, delta: { refusal: 'I cannot' } }] });

/** A chunk that says something, and what the answer has cost so far. */
const counted = (content: string, tokens: number) =>
  says(content, { usage: { prompt_tokens: 5, completion_tokens: tokens, total_tokens: 5 + tokens } });

describe('a route that lets another target continue', () => {
  it.each<[string, Scripting]>([
    ['cuts', BEGINNING.thenCuts()],
    ['closes', BEGINNING.thenCloses()],
    ['fails inside its 200', BEGINNING.thenFails()],
    ['falls silent', BEGINNING.thenStalls()],
  ])('tells one answer when the first target %s within its text', async (_, script) => {
    const fleet = await launch();
    fleet.at('a').answers(script);
    fleet.at('b').answers(streams(' and', ' more').model('another'));
    const answer = await completions(fleet, { max_tokens: 100, stream_options: { include_usage: true } });
    const chunks = await chunksOf(answer);
    expect(textOf(chunks)).toBe('one two and more');
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set(['m-a']));
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason)).toHaveLength(1);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role)).toHaveLength(1);
    expect(chunks.filter(({ sluice }) => sluice)).toMatchObject([{ sluice: { continued_by: 'b/m-b' } }]);
    expect(answer.received.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(fleet.at('b').lastRequest.body).toMatchObject({
      model: 'm-b',
      max_tokens: 98,
      messages: [{ role: 'user' }, { role: 'assistant', content: 'one two' }],
    });
    // The scripted usage is 9 and 12; of the beginning the question is estimated, and two events were heard.
    const {
      prompt_tokens: prompt = 0,
      completion_tokens: completion,
      total_tokens: total,
    } = chunks.at(-1)?.usage ?? {};
    expect([completion, total]).toEqual([14, prompt + 14]);
    expect(fleet.told('ended')).toMatchObject([
      {
        outcome: 'finished',
        attempts: 2,
        target: 'b/m-b',
        usage: { completionTokens: 14 },
        usageEstimated: true,
      },
    ]);
    expect(fleet.told('attempt-failed')).toHaveLength(1);
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('tells the answer of another target when the first one fails in the read of its first content', async () => {
    const fleet = await launch();
    fleet.at('a').answers(streams('').thenSends(inOneWrite(says('one'), OVERLOADED)));
    fleet.at('b').answers(streams('All', ' of it'));
    const chunks = await chunksOf(await completions(fleet));
    expect(textOf(chunks)).toBe('All of it');
    expect(chunks.at(-1)?.error).toBeUndefined();
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', target: 'b/m-b', attempts: 2 }]);
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('asks nobody to continue when the text before an error ends the stream', async () => {
    const limits = { maxEventsPerStream: 3 };
    const fleet = await launch({}, true, { limits });
    const rest = inOneWrite(says('two'), says('three'), says('four'), OVERLOADED);
    fleet.at('a').answers(streams('one').withoutDone().after(1).thenSends(rest));
    fleet.at('b').answers(streams('more').after(0).thenStalls());
    const answer = await completions(fleet);
    expect((await chunksOf(answer)).at(-1)?.error?.code).toBe('upstream_error');
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
    expect(fleet.asked).toEqual([1, 0]);
  });

  it('continues an answer whose chunks carry what it has cost so far', async () => {
    const fleet = await launch();
    const script = streams('').withoutDone();
    const first = script.thenSends(inOneWrite(counted('one', 1)));
    fleet.at('a').answers(first.thenSends(inOneWrite(counted(' two', 2))).thenCuts());
    fleet.at('b').answers(streams(' and', ' more'));
    const chunks = await chunksOf(await completions(fleet));
    expect(textOf(chunks)).toBe('one two and more');
    expect(fleet.asked).toEqual([1, 1]);
    // The scripted usage of the rest, and two events of the beginning.
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', usage: { completionTokens: 14 } }]);
  });

  it('numbers native frames through', async () => {
    const fleet = await launch();
    fleet.at('a').answers(BEGINNING.thenCuts());
    fleet.at('b').answers(streams(' and', ' more'));
    const events = await (await ask(`${fleet.url}/stream?content=Hi&model=r`)).events();
    expect(events.map(({ id }) => id?.split('.')[1])).toEqual(['0', '1', '2', '3', '4']);
    expect(events.at(-1)).toMatchObject({ event: 'done' });
  });

  it.each<[string, object]>([
    ['for several answers', { n: 2 }],
    ['with tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['for JSON', { response_format: { type: 'json_object' } }],
    ['for probabilities', { logprobs: true }],
    ['for no more tokens than were told', { max_tokens: 2 }],
  ])('tells of the cut where the request is %s', async (_, fields) => {
    const fleet = await launch();
    fleet.at('a').answers(BEGINNING.thenCuts());
    expect((await chunksOf(await completions(fleet, fields))).at(-1)?.error?.code).toBe('upstream_cut');
    expect(fleet.asked).toEqual([1, 0]);
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'upstream-cut' }]);
  });

  it.each<[string, Scripting]>([
    ['reasoning', streams('one', ' two').reasoning('hm').after(2).thenCuts()],
    ['a tool call', streams('one').toolCall({ id: 'c', name: 'f', arguments: '{}' }).after(2).thenCuts()],
    ['a refusal', streams('').withoutDone().thenSends(REFUSAL).thenCuts()],
    [
      'its finish reason',
      streams('one')
        .withoutDone()
        .after(1)
        .thenSends(inOneWrite(finishes(0)))
        .after(1)
        .thenCuts(),
    ],
  ])('tells of the cut where the answer had %s', async (_, script) => {
    const fleet = await launch();
    fleet.at('a').answers(script);
    const answer = await completions(fleet);
    expect(answer.received).not.toContain('continued_by');
    expect((await chunksOf(answer)).at(-1)?.error?.code).toBe('upstream_cut');
    expect(fleet.asked).toEqual([1, 0]);
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['the route does not ask for it', { continuation: false }, true],
    ['no target can', {}, false],
  ])('tells of the cut where %s', async (_, fields, continues) => {
    const fleet = await launch(fields, continues);
    fleet.at('a').answers(BEGINNING.thenCuts());
    expect((await chunksOf(await completions(fleet))).at(-1)?.error?.code).toBe('upstream_cut');
    expect(fleet.asked).toEqual([1, 0]);
  });

  it('continues once, and tells of the second cut', async () => {
    const fleet = await launch();
    fleet.at('a').answers(BEGINNING.thenCuts());
    fleet.at('b').answers(streams(' and', ' more').after(1).thenCuts());
    const chunks = await chunksOf(await completions(fleet));
    expect(textOf(chunks.slice(0, -1))).toBe('one two and');
    expect(chunks.at(-1)?.error?.code).toBe('upstream_cut');
    expect(fleet.asked).toEqual([1, 1]);
    expect(fleet.told('attempt-failed')).toHaveLength(2);
  });

  it('tells of the first cut when nobody continues, and of each attempt once', async () => {
    const fleet = await launch();
    fleet.at('a').answers(BEGINNING.thenCuts());
    fleet.at('b').answers(refuses(500));
    const chunks = await chunksOf(await completions(fleet));
    expect(chunks.at(-1)?.error?.code).toBe('upstream_cut');
    expect(fleet.told('attempt-failed')).toMatchObject([
      { attempt: { number: 1 } },
      { attempt: { number: 2 } },
    ]);
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'upstream-cut', attempts: 2 }]);
  });
});
