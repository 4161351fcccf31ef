import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuses, streams, type Script } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { parseEvents, type Question } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { RedisServer } from '../support/redis-server.js';
import { Replicas } from '../support/replicas.js';
import {
  askedOf,
  BEGINNING,
  begin,
  chat,
  chunksOf,
  CONTINUING,
  deltasOf,
  endsOf,
  idsOf,
  KEPT,
  kill,
  MODEL,
  native,
  play,
  type Begun,
  type Plot,
} from '../support/taking-over.js';

const hasRedis = findProgram('redis-server') !== undefined;

let redis: RedisServer;
beforeAll(async () => {
  if (hasRedis) redis = await RedisServer.start();
});
afterAll(() => redis?.close());

interface Forbidden {
  readonly fields?: object;
  readonly beginning?: Script;
  /** What must be in the log before the replica is killed. */
  readonly text?: string;
}

/** Questions that nobody may continue, by what forbids it. */
const FORBIDDEN: Readonly<Record<string, Forbidden>> = {
  'several answers': { fields: { n: 2 } },
  tools: { fields: { tools: [{ type: 'function', function: { name: 'f' } }] } },
  JSON: { fields: { response_format: { type: 'json_object' } } },
  'no more tokens': { fields: { max_tokens: 2 } },
  reasoning: { beginning: streams('one', ' two').reasoning('hm').after(3).thenStalls() },
  'a tool call': {
    beginning: streams('one', ' two').toolCall({ id: 'c', name: 'f', arguments: '{}' }).after(3).thenStalls(),
    text: 'tool_calls',
  },
  'a finish reason': {
    beginning: streams('one', ' two').withoutDone().after(2).thenSends(finish()).thenStalls(),
    text: '"finish_reason":"stop"',
  },
};

function finish(): string {
  return `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`;
}

describe.skipIf(!hasRedis)('a killed replica whose route lets another target go on', () => {
  const held = new Gate();
  let replicas: Replicas;
  let begun: Record<string, Begun>;
  const of = (name: string): Begun => {
    const found = begun[name];
    if (found === undefined) throw new Error(`${name} did not begin`);
    return found;
  };
  const read = (path: string, body?: Question) => replicas.ask('b', path, body);
  const whole = async (name: string) => (await replicas.ask('b', `/v1/streams/${of(name).id}`)).text();

  beforeAll(async () => {
    replicas = await Replicas.start({ redisUrl: redis.url, file: CONTINUING });
    const forbidden = Object.entries(FORBIDDEN).map(([name, { beginning = BEGINNING }]) => [
      name,
      { beginning },
    ]);
    play(replicas, {
      ...(Object.fromEntries(forbidden) as Plot),
      refused: { rest: refuses(500) },
      cut: { rest: streams(' and', ' more').after(1).thenCuts() },
      stopped: { rest: streams(' and', ' more').after(1).thenHolds(held.opened) },
    });
    const some: Record<string, Promise<Begun>> = {
      native: begin(replicas, native('native')),
      chat: begin(
        replicas,
        '/v1/chat/completions',
        chat('chat', { max_tokens: 100, stream_options: { include_usage: true } }),
      ),
      refused: begin(replicas, native('refused')),
      cut: begin(replicas, native('cut')),
      stopped: begin(replicas, native('stopped')),
    };
    for (const [name, { fields, text }] of Object.entries(FORBIDDEN)) {
      some[name] = begin(replicas, '/v1/chat/completions', chat(name, fields), text);
    }
    begun = Object.fromEntries(
      await Promise.all(Object.entries(some).map(async ([name, one]) => [name, await one] as const)),
    );
    await kill(replicas);
  }, 60_000);
  afterAll(() => replicas.stop());

  it('is continued as one native answer: one text, one end, ids in order', async () => {
    const { id, elsewhere } = of('native');
    const text = await elsewhere.text();
    expect(deltasOf(text)).toBe('one two and more');
    expect(idsOf(text)).toEqual([`${id}.0`, `${id}.1`, `${id}.2.e2`, `${id}.3.e2`, `${id}.4.e2.end`]);
    const last = parseEvents(text).at(-1);
    expect(last).toMatchObject({ event: 'done' });
    expect(JSON.parse(last?.data ?? '')).toMatchObject({
      finishReason: 'stop',
      usage: { completionTokens: 14 },
    });
    expect(await whole('native')).toBe(text);
  });

  it('is continued for readers that come back, from where they were', async () => {
    const { id, elsewhere } = of('native');
    const text = await elsewhere.text();
    for (const [cursor, frame] of [
      [`${id}.0`, 1],
      [`${id}.1`, 2],
      [`${id}.2.e2`, 3],
    ] as const) {
      const lacking = text.split('\n\n').slice(frame).join('\n\n');
      const headers = { 'last-event-id': cursor };
      expect(await (await read(`/v1/streams/${id}`, { headers })).text()).toBe(lacking);
      expect(await (await read(native('again'), { headers })).text()).toBe(lacking);
    }
    const headers = { 'last-event-id': `${id}.4.e2.end` };
    expect((await read(native('again'), { headers })).status).toBe(204);
  });

  it('is continued as one chat completion: one id, one model, one finish reason, both usages', async () => {
    const { id, elsewhere } = of('chat');
    const text = await elsewhere.text();
    const chunks = chunksOf(text);
    expect(chunks.map(({ choices }) => choices?.[0]?.delta.content ?? '').join('')).toBe('one two and more');
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set([MODEL]));
    expect(chunks.filter(({ choices }) => choices?.[0]?.finish_reason)).toHaveLength(1);
    expect(chunks.filter(({ choices }) => choices?.[0]?.delta.role)).toHaveLength(1);
    expect(chunks.filter(({ sluice }) => sluice)).toMatchObject([
      { sluice: { continued_by: `openai/${MODEL}` } },
    ]);
    expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 14 });
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const again = await read('/v1/chat/completions', {
      ...chat('again'),
      headers: { ...KEPT, 'last-event-id': `${id}.1` },
    });
    expect(await again.text()).toBe(text.split('\n\n').slice(2).join('\n\n'));
  });

  it('has the upstream asked once more, with the beginning as the last thing that was said', async () => {
    await of('native').elsewhere.over;
    await of('chat').elsewhere.over;
    for (const name of ['native', 'chat']) {
      const requested = askedOf(replicas, name);
      expect(requested).toHaveLength(2);
      expect(requested[1]).toMatchObject({
        messages: [
          { role: 'user', content: name },
          { role: 'assistant', content: 'one two' },
        ],
      });
    }
    expect(askedOf(replicas, 'chat')[1]).toMatchObject({ max_tokens: 98 });
  });

  it('leaves a record of the rest, under the same id', async () => {
    const { id, elsewhere } = of('native');
    await elsewhere.over;
    await expect.poll(() => endsOf(replicas, 'b', id)).toMatchObject([{ outcome: 'finished' }]);
  });

  it('leaves no question in Redis', async () => {
    for (const { elsewhere } of Object.values(begun))
      if (elsewhere !== of('stopped').elsewhere) await elsewhere.over;
    await expect.poll(() => redis.keys('*:request')).toEqual([]);
  });

  it.each(['refused', 'cut'])('ends with one error where the rest is %s', async (name) => {
    const { elsewhere } = of(name);
    const events = parseEvents(await elsewhere.text());
    expect(events.filter(({ event }) => event !== undefined && event !== 'message')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ event: 'failed' });
    expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({ code: 'upstream-cut', retryable: true });
    expect(await whole(name)).toBe(elsewhere.received);
  });

  it.each(Object.keys(FORBIDDEN))('ends with one error where it is forbidden by %s', async (name) => {
    const text = await of(name).elsewhere.text();
    const errors = chunksOf(text).filter(({ error }) => error !== undefined);
    expect(errors).toMatchObject([{ error: { code: 'upstream_cut' } }]);
    expect(text).not.toContain('continued_by');
    expect(askedOf(replicas, name)).toHaveLength(1);
    expect(await whole(name)).toBe(text);
  });

  it('is stopped at the replica that continues', async () => {
    const { id, elsewhere } = of('stopped');
    await elsewhere.until((received) => received.includes(' and'));
    const rest = replicas.upstream.requests.findLast(({ question: prompt }) => prompt === 'stopped');
    expect((await replicas.ask('b', `/v1/streams/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await rest?.closed)?.complete).toBe(false);
    const last = parseEvents(await elsewhere.text()).at(-1);
    expect(last).toMatchObject({ event: 'failed', id: `${id}.3.e2.end` });
    expect(JSON.parse(last?.data ?? '')).toMatchObject({ code: 'cancelled' });
    await expect.poll(() => endsOf(replicas, 'b', id)).toMatchObject([{ outcome: 'cancelled' }]);
    held.open();
  });
});
