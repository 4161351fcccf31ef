import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { textOf } from '../support/random-answer.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { CALLERS, eventsOf, hasRedis, TEXT, WEB, WORDS } from '../support/replica-suite.js';
import { Replicas } from '../support/replicas.js';
import { SOON } from '../support/soon.js';

const MANY = Array.from({ length: 12 }, (_, index) => index);

describe.skipIf(!hasRedis)('streams in a Redis Cluster of three nodes', () => {
  let cluster: RedisCluster;
  let replicas: Replicas;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    replicas = await Replicas.start({ redisUrl: cluster.url, file: { callers: CALLERS }, headers: WEB });
    await replicas.haveRedis();
  });
  afterAll(async () => {
    await replicas.stop();
    await cluster.close();
  });

  it('are resumed, listed and stopped on another replica, and lie on all nodes', async () => {
    const gate = new Gate();
    replicas.upstream.answers(
      streams(...WORDS)
        .after(5)
        .thenHolds(gate.opened),
    );
    const running = await Promise.all(
      MANY.map(async () => {
        const first = await replicas.ask('a', '/stream?content=Hi');
        const seen = await eventsOf(first, 3);
        first.leave();
        return { seen, id: String(first.headers['x-sluice-stream']) };
      }),
    );
    const list = async () =>
      (await (await replicas.ask('b', '/v1/streams')).json()) as { data: { id: string }[] };
    const ids = running.map(({ id }) => id).toSorted();
    await expect.poll(async () => (await list()).data.map(({ id }) => id).toSorted(), SOON).toEqual(ids);
    const logs = await cluster.keys('sluice:*:log');
    expect(logs.flat()).toHaveLength(MANY.length);
    expect(logs.filter((some) => some.length > 0).length).toBeGreaterThan(1);
    const resumed = await Promise.all(
      running.map(({ seen }) =>
        replicas.ask('b', '/stream?content=again', { headers: { 'last-event-id': seen.at(-1)?.id ?? '' } }),
      ),
    );
    for (const answer of resumed) await eventsOf(answer, 2);
    const [stopped] = running;
    const stop = await replicas.ask('b', `/v1/streams/${stopped?.id}`, { method: 'DELETE' });
    expect(stop.status).toBe(204);
    const [last] = (await resumed[0]?.events())?.toReversed() ?? [];
    expect(last).toMatchObject({ event: 'failed', data: expect.stringContaining('"cancelled"') });
    gate.open();
    for (const [index, answer] of resumed.entries()) {
      if (index === 0) continue;
      expect(textOf([...(running[index]?.seen ?? []), ...(await answer.events())])).toBe(TEXT);
    }
    expect(replicas.upstream.requests).toHaveLength(MANY.length);
  });
});
