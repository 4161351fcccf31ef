import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { hasRedis, ReplicaSuite, TEXT, WORDS, type Started } from '../support/replica-suite.js';
import { SOON } from '../support/soon.js';

describe.skipIf(!hasRedis)('the result of a stream of another replica, with a slow Redis', () => {
  const suite = new ReplicaSuite({}, { delayMs: 20 });

  const result = async ({ resultUrl }: Started) => (await suite.ask('b', resultUrl)).json();
  /** The state that the other replica knows of a stream. */
  const state = async ({ id }: Started) => {
    const list = await (await suite.ask('b', '/v1/streams')).json();
    return (list as { data: { id: string; state: string }[] }).data.find((stream) => stream.id === id)?.state;
  };

  it('is whole where the stream is over', async () => {
    suite.upstream.answers(streams(...WORDS));
    const started = await suite.start('a');
    await expect.poll(() => state(started), SOON).toBe('over');
    expect(await result(started)).toMatchObject({
      state: 'over',
      text: TEXT,
      finishReason: 'stop',
      error: null,
    });
  });

  it('has the usage that no frame has', async () => {
    suite.upstream.answers(streams(...WORDS));
    const body = { dialect: 'openai-chat', messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const started = (await (await suite.ask('a', '/v1/streams', { body })).json()) as Started;
    await expect.poll(() => state(started), SOON).toBe('over');
    expect(await result(started)).toMatchObject({
      text: TEXT,
      usage: { promptTokens: 9, completionTokens: 12, totalTokens: 21 },
    });
    expect(await (await suite.ask('b', started.url)).text()).not.toContain('usage');
  });

  it('is all that is known of one that runs', async () => {
    suite.holdAfter(3);
    const started = await suite.start('a');
    const expected = { state: 'running', text: ' 0 1 2', finishReason: null };
    await expect.poll(() => result(started), SOON).toMatchObject(expected);
  });
});
