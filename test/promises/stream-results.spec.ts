import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/index.js';
import { refuses, streams, type Scripting } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';

const WORDS = ['one', ' two', ' three', ' four'];
const TEXT = WORDS.join('');
const USAGE = { promptTokens: 9, completionTokens: 12, totalTokens: 21 };
const WHOLE = {
  state: 'over',
  text: TEXT,
  reasoning: '',
  toolCalls: [],
  finishReason: 'stop',
  usage: USAGE,
  model: 'm',
  error: null,
};
const CHAT = { dialect: 'openai-chat', messages: [{ role: 'user', content: 'Hi' }], stream: true };

const resultOf = async (url: string) => (await ask(url)).json();

describe.each(hostKinds)('the result of a stream on $name', (kind) => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.launch(['a'], {
      kind,
      route: GRACE,
      rest: { streamLog: { maxBytesPerStream: 10_000 } },
    });
  });
  afterAll(() => fleet.stop());

  /** Starts a stream of which the upstream says this, and resolves with its addresses. */
  const start = async (says: Scripting, fields: object = { content: 'Hi' }) => {
    fleet.at('a').reset().next(says);
    const answer = await ask(`${fleet.url}/v1/streams`, { body: { model: 'r', ...fields } });
    expect(answer.status).toBe(202);
    const { id, url, resultUrl } = (await answer.json()) as Record<'id' | 'url' | 'resultUrl', string>;
    return { id, url: fleet.url + url, resultUrl: fleet.url + resultUrl };
  };

  it('is waited for until the stream ends', async () => {
    const gate = new Gate();
    const held = streams(...WORDS)
      .after(2)
      .thenHolds(gate.opened);
    const { id, resultUrl } = await start(held);
    const result = resultOf(`${resultUrl}?wait=300`);
    gate.open();
    expect(await result).toEqual({ id, ...WHOLE });
    expect(await resultOf(resultUrl)).toEqual({ id, ...WHOLE });
  });

  it('is what there is now where nobody waits', async () => {
    const gate = new Gate();
    const held = streams(...WORDS)
      .after(2)
      .thenHolds(gate.opened);
    const { id, url, resultUrl } = await start(held);
    const reader = await ask(url);
    await reader.until((received) => received.includes(' two'));
    const part = {
      ...WHOLE,
      state: 'running',
      text: 'one two',
      finishReason: null,
      usage: null,
      model: null,
    };
    expect(await resultOf(resultUrl)).toEqual({ id, ...part });
    expect(await resultOf(`${resultUrl}?wait=0`)).toEqual({ id, ...part });
    gate.open();
    await reader.over;
    expect(await resultOf(resultUrl)).toEqual({ id, ...WHOLE });
  });

  it('is the same of chat completion chunks', async () => {
    const { id, resultUrl } = await start(streams(...WORDS), {
      ...CHAT,
      stream_options: { include_usage: true },
    });
    expect(await resultOf(`${resultUrl}?wait=300`)).toEqual({ id, ...WHOLE });
  });

  it('has the usage of chat completion chunks whose caller did not ask for it, and is not sent it', async () => {
    const { id, url, resultUrl } = await start(streams(...WORDS), CHAT);
    expect(await resultOf(`${resultUrl}?wait=300`)).toEqual({ id, ...WHOLE });
    expect(await (await ask(url)).text()).not.toContain('usage');
  });

  it.each([
    ['native', { content: 'Hi' }],
    ['openai-chat', CHAT],
  ])('has no usage, and is no failure, where the upstream counts what nobody can, %s', async (_, fields) => {
    const usage = { prompt_tokens: 1e308, completion_tokens: 1e308, total_tokens: 1e308 };
    const { id, resultUrl } = await start(streams(...WORDS).usage(usage), fields);
    expect(await resultOf(`${resultUrl}?wait=300`)).toEqual({ id, ...WHOLE, usage: null });
    const metrics = await fleet.host.app.get(Metrics).registry.metrics();
    expect(metrics).toContain('sluice_tokens_total');
    expect(metrics).not.toMatch(/Inf\b(?!")|Na[Nn]\b/);
  });

  it.each([
    ['native', { content: 'Hi' }],
    ['openai-chat', CHAT],
  ])('holds reasoning and whole tool calls, %s', async (_, fields) => {
    const call = { id: 'c1', name: 'get_weather', arguments: '{"city":"Bern"}' };
    const { resultUrl } = await start(streams().reasoning('Hm', '.').toolCall(call), fields);
    expect(await resultOf(`${resultUrl}?wait=300`)).toMatchObject({
      text: '',
      reasoning: 'Hm.',
      toolCalls: [call],
    });
  });

  it.each([
    ['native', { content: 'Hi' }],
    ['openai-chat', CHAT],
  ])('says that the stream was cut, and what came before, %s', async (_, fields) => {
    const { resultUrl } = await start(
      streams(...WORDS)
        .after(2)
        .thenCuts(),
      fields,
    );
    expect(await resultOf(`${resultUrl}?wait=300`)).toMatchObject({
      state: 'over',
      text: 'one two',
      finishReason: null,
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });

  it('says that no upstream answered', async () => {
    const { resultUrl } = await start(refuses(400));
    expect(await resultOf(`${resultUrl}?wait=300`)).toMatchObject({
      state: 'over',
      text: '',
      error: { code: 'upstream-rejected' },
    });
  });

  it('is JSON that nobody caches, and names its stream', async () => {
    const { id, resultUrl } = await start(streams(...WORDS));
    const { headers } = await ask(`${resultUrl}?wait=300`);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-sluice-stream': id,
    });
  });

  it.each(['301', '-1', '1.5', 'soon', '1e2', '0300'])('is not waited for %j seconds', async (wait) => {
    const { resultUrl } = await start(streams(...WORDS));
    const answer = await ask(`${resultUrl}?wait=${wait}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'invalid-request',
      message: 'wait must be whole seconds, at most 300',
    });
  });

  it('is gone where the stream has lost its beginning', async () => {
    const { url, resultUrl } = await start(streams(...Array.from({ length: 40 }, () => 'x'.repeat(1_000))));
    await (
      await ask(url)
    ).over;
    const answer = await ask(resultUrl);
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({ code: 'stream-gone' });
  });

  it('is still there for others when one who waits for it leaves', async () => {
    const gate = new Gate();
    const held = streams(...WORDS)
      .after(2)
      .thenHolds(gate.opened);
    const { id, url, resultUrl } = await start(held);
    const reader = await ask(url);
    await reader.until((received) => received.includes(' two'));
    const waiting = askAndLeave(`${resultUrl}?wait=300`);
    const other = resultOf(`${resultUrl}?wait=300`);
    waiting.leave();
    gate.open();
    expect(await other).toEqual({ id, ...WHOLE });
  });
});
