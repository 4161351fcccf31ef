import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { eventsOf, hasRedis, PROMPT, ReplicaSuite, WORDS } from '../support/replica-suite.js';
import { route } from '../support/replicas.js';
import { SOON } from '../support/soon.js';

describe.skipIf(!hasRedis)('the grace of a stream', () => {
  const suite = new ReplicaSuite(route({ graceSeconds: 1 }));

  /** A stream that a reader reads on the first replica. */
  const begin = async () => {
    const answer = await suite.ask('a', '/stream?content=Hi');
    const [seen] = await eventsOf(answer, 1);
    const id = String(answer.headers['x-sluice-stream']);
    return { answer, id, cursor: seen?.id ?? '', request: suite.upstream.lastRequest };
  };

  it('does not run while a reader reads it on the other replica', async () => {
    suite.holdAfter(2);
    const retained = await begin();
    const elsewhere = await suite.resume('b', retained.cursor);
    await eventsOf(elsewhere, 1);
    retained.answer.leave();
    const left = await begin();
    left.answer.leave();
    // It had the same grace, and had it later.
    expect(await left.request.closed).toMatchObject({ complete: false });
    suite.release();
    expect((await elsewhere.events()).at(-1)).toMatchObject({ event: 'done' });
    expect((await (await suite.resume('b', left.cursor)).events()).at(-1)).toMatchObject({
      event: 'failed',
      data: expect.stringContaining('"client-gone"'),
    });
  });

  it('runs for a stream that needs no reader once its only one has left the other replica', async () => {
    suite.holdAfter(2);
    const { id, url } = await suite.start('a');
    const elsewhere = await suite.ask('b', url);
    await eventsOf(elsewhere, 2);
    elsewhere.leave();
    expect(await suite.ended('a', id)).toMatchObject({ outcome: 'client-gone' });
  });

  it('runs again when that one has left too', async () => {
    suite.holdAfter(2);
    const retained = await begin();
    const elsewhere = await suite.resume('b', retained.cursor);
    await eventsOf(elsewhere, 1);
    retained.answer.leave();
    elsewhere.leave();
    expect(await retained.request.closed).toMatchObject({ complete: false });
    expect(await suite.ended('a', retained.id)).toMatchObject({ outcome: 'client-gone' });
  });

  it('does not run while Redis cannot say whether somebody does', async () => {
    suite.holdAfter(2);
    const { answer, cursor, id } = await begin();
    const elsewhere = await suite.resume('b', cursor);
    await eventsOf(elsewhere, 1);
    await expect.poll(() => suite.redis.keys(`*${id}}:readers`), SOON).toHaveLength(1);
    suite.redis.freeze();
    answer.leave();
    // More than a grace, and a look, and a look.
    await suite.replicas.a.line(({ msg }) => String(msg).startsWith('The stream log lost Redis'));
    suite.redis.thaw();
    suite.release();
    expect((await elsewhere.events()).at(-1)).toMatchObject({ event: 'done' });
    expect(await suite.ended('a', id)).toMatchObject({ outcome: 'finished' });
  });
});

describe.skipIf(!hasRedis)('what Redis holds of a stream', () => {
  const suite = new ReplicaSuite({ streamLog: { keepSeconds: 1 } });

  it('is its frames, and no prompt, key or ticket', async () => {
    suite.holdAfter(2);
    const { url, ticket } = await suite.start('a');
    await eventsOf(await suite.ask('b', url), 2);
    const content = await suite.redis.content();
    expect(content).toContain('delta');
    for (const secret of [PROMPT, 'web-key-1', ticket, ticket.split('.').at(-1) ?? '']) {
      expect(content).not.toContain(secret);
    }
  });

  it('goes when its time is over: first 410, then 404, then nothing', async () => {
    suite.upstream.answers(streams(...WORDS));
    const { id, url } = await suite.start('a');
    await (
      await suite.ask('b', url)
    ).over;
    expect(await suite.redis.keys(`*${id}*`)).not.toEqual([]);
    await expect.poll(() => suite.status('b', url), SOON).toBe(410);
    await expect.poll(() => suite.status('b', url), SOON).toBe(404);
    await expect.poll(() => suite.redis.keys(`*${id}*`), SOON).toEqual([]);
    // Who lists takes out what is not there, but not what has just begun.
    const list = async () => (await suite.ask('b', '/v1/streams')).json();
    const left = async () => JSON.stringify(await list()) + (await suite.redis.content());
    expect(await list()).toEqual({ data: [] });
    await expect.poll(left, SOON).not.toContain(id);
  });

  it('stays while it runs, however long that is', async () => {
    suite.holdAfter(2);
    const { id, url } = await suite.start('a');
    await eventsOf(await suite.ask('a', url), 2);
    // Begun later, and kept as long as the other would be if nobody renewed it.
    suite.upstream.next(streams('brief'));
    const brief = await suite.start('a');
    await (
      await suite.ask('b', brief.url)
    ).over;
    await expect.poll(() => suite.status('b', brief.url), SOON).toBe(404);
    expect(await suite.redis.keys(`*${id}}:log`)).toHaveLength(1);
    expect(await eventsOf(await suite.ask('b', url), 2)).toHaveLength(2);
  });
});
