import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { hasRedis, ReplicaSuite, TEXT, WORDS } from '../support/replica-suite.js';
import { SOON } from '../support/soon.js';

describe.skipIf(!hasRedis)('the result of a stream of another replica, with a slow Redis', () => {
  const suite = new ReplicaSuite({}, { delayMs: 20 });

  /** Resolves when this is what the other replica knows of a stream; its first frame is not the model's. */
  const known = async (id: string, state: string, frames: number) => {
    const described = async () => {
      const list = await (await suite.ask('b', '/v1/streams')).json();
      return (list as { data: { id: string; state: string; frames: number }[] }).data.find(
        (stream) => stream.id === id,
      );
    };
    await expect.poll(described, SOON).toMatchObject({ state, frames });
  };

  it('is whole where the stream is over', async () => {
    suite.upstream.answers(streams(...WORDS));
    const { id, resultUrl } = await suite.start('a');
    await known(id, 'over', WORDS.length + 2);
    const result = await (await suite.ask('b', resultUrl)).json();
    expect(result).toMatchObject({ state: 'over', text: TEXT, finishReason: 'stop', error: null });
  });

  it('is all that is known of one that runs', async () => {
    suite.holdAfter(3);
    const { id, resultUrl } = await suite.start('a');
    await known(id, 'running', 4);
    const result = await (await suite.ask('b', resultUrl)).json();
    expect(result).toMatchObject({ state: 'running', text: ' 0 1 2', finishReason: null });
  });
});
