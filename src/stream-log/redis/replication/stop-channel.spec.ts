import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RedisCluster } from '../../../../test/support/redis-cluster.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { connectRedis, connectSubscriber, type RedisClient } from '../connection/redis-client.js';
import { stopsChannel } from '../connection/keys.js';
import { StopChannel } from './stop-channel.js';
import { RedisStreamStore } from '../log/redis-stream-store.js';
import { SOON } from '../../../../test/support/soon.js';

const ID = '01900000-0000-7000-8000-000000000001';
const KEEP_MS = 60_000;

/** A replica that is called `a` and produces one stream, and what it was asked to stop. */
class Listening {
  readonly stopped: string[] = [];
  readonly running: string[] = [ID];
  readonly redis: RedisClient;
  readonly subscriber: RedisClient;
  readonly shelf: RedisStreamStore;
  readonly line: StopChannel;

  constructor(url: string) {
    this.redis = connectRedis(url);
    this.subscriber = connectSubscriber(this.redis);
    this.shelf = new RedisStreamStore(this.redis, () => KEEP_MS);
    this.line = new StopChannel({
      redis: this.redis,
      subscriber: this.subscriber,
      replica: 'a',
      store: this.shelf,
      local: { running: this.running, stop: (id) => void this.stopped.push(id) },
    });
  }

  close(): void {
    this.line.close();
    this.redis.disconnect();
  }
}

const open: Listening[] = [];
const listening = (url: string) => {
  const replica = new Listening(url);
  open.push(replica);
  return replica;
};
afterEach(() => {
  for (const replica of open.splice(0)) replica.close();
});

describe('StopChannel', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.flush());
  afterAll(() => redis.close());

  const heardBy = (replica: string) => redis.command('PUBSUB', 'NUMSUB', stopsChannel(replica));
  const untilHeard = async ({ redis: asking }: Listening) => {
    await expect.poll(() => asking.status, SOON).toBe('ready');
    await expect.poll(() => heardBy('a'), SOON).toEqual([stopsChannel('a'), 1]);
  };

  it('tells the replica that produces a stream that somebody wants its end', async () => {
    const replica = listening(redis.url);
    await untilHeard(replica);
    await replica.line.request(ID, 'a');
    await expect.poll(() => replica.stopped, SOON).toContain(ID);
  });

  it('hears of stops though Redis was away when the replica began', async () => {
    await redis.stop();
    const replica = listening(redis.url);
    await new Promise<void>((resolve) => replica.subscriber.once('close', () => resolve()));
    await redis.restart();
    await untilHeard(replica);
    await replica.line.request(ID, 'a');
    await expect.poll(() => replica.stopped, SOON).toContain(ID);
  });

  it.each(['redis', 'subscriber'] as const)(
    'looks up what was said while nobody listened, also where the %s is there last',
    async (last) => {
      const replica = listening(redis.url);
      await untilHeard(replica);
      const first = last === 'redis' ? replica.subscriber : replica.redis;
      for (const client of [replica.subscriber, replica.redis]) client.disconnect();
      await expect
        .poll(() => [replica.subscriber.status, replica.redis.status], SOON)
        .toEqual(['end', 'end']);
      await redis.command('SET', `sluice:{${ID}}:stop`, '1');
      if (!('connect' in first)) throw new Error('There is no way to connect');
      await first.connect();
      await new Promise((resolve) => setImmediate(resolve));
      expect(replica.stopped).toEqual([]);
      await replica[last].connect();
      await expect.poll(() => replica.stopped, SOON).toContain(ID);
    },
  );

  it('asks for the end although a Redis without memory keeps no mark', async () => {
    const replica = listening(redis.url);
    await untilHeard(replica);
    await redis.fill();
    await replica.line.request(ID, 'a');
    await expect.poll(() => replica.stopped, SOON).toContain(ID);
    await expect(replica.line.request(ID, 'another')).rejects.toThrow('OOM');
    await redis.makeRoom();
  });
});

describe('StopChannel in a cluster', () => {
  it('tells the replica that produces a stream that somebody wants its end', async () => {
    const cluster = await RedisCluster.start();
    const replica = listening(cluster.url);
    await expect
      .poll(async () => {
        await replica.line.request(ID, 'a').catch(() => undefined);
        return replica.stopped;
      }, SOON)
      .toContain(ID);
    replica.close();
    await cluster.close();
  }, 30_000);
});

describe('StopLine, where a connection is dead and nobody has said so,', () => {
  it('looks for wishes from time to time all the same, and no more once it is closed', async () => {
    vi.useFakeTimers();
    const [redis, subscriber] = [new EventEmitter(), Object.assign(new EventEmitter(), deafClient())];
    const isStopped = vi.fn<() => Promise<boolean>>(async () => true);
    const stop = vi.fn<(id: string) => void>();
    const line = new StopChannel({
      redis: redis as RedisClient,
      subscriber: subscriber as unknown as RedisClient,
      replica: 'a',
      store: { isStopped } as unknown as RedisStreamStore,
      local: { running: [ID], stop },
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stop).toHaveBeenCalledExactlyOnceWith(ID);
    line.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isStopped).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

/** A subscriber that is never heard of. */
function deafClient() {
  return { subscribe: () => Promise.reject(new Error('It is not connected')), disconnect: () => undefined };
}
