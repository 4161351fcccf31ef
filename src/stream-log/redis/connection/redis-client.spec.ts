import { Logger } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CuttingProxy } from '../../../../test/support/cutting-proxy.js';
import { LogTrap } from '../../../../test/support/log-trap.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { connectRedis, connectSubscriber, inOneWrite, type RedisClient } from './redis-client.js';
import { SOON } from '../../../../test/support/soon.js';

const SECRET = 'p@ss/wörd';
const URL_OF_ONE = `redis://user:${encodeURIComponent(SECRET)}@127.0.0.1`;

const open: RedisClient[] = [];
const connect = (url: string) => {
  const client = connectRedis(url);
  open.push(client);
  return client;
};
let logs: LogTrap;
beforeEach(() => {
  logs = new LogTrap();
  Logger.overrideLogger(logs);
});
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
  Logger.overrideLogger(['log', 'warn', 'error', 'debug']);
});
/** Resolves when it happens; an error meanwhile is no failure. */
const on = (client: RedisClient, event: 'close' | 'end' | 'ready' | 'reconnecting') =>
  new Promise<void>((resolve) => void client.once(event, () => resolve()));
/** How often this was logged. */
const logged = (text: string) => logs.text.split(text).length - 1;
const optionsOf = (client: RedisClient) =>
  client instanceof Cluster ? client.options.redisOptions : client.options;

describe('connectRedis', () => {
  it('reads one URL', () => {
    const client = connect(`${URL_OF_ONE}:7000/3`);
    expect(client).toBeInstanceOf(Redis);
    expect(client.options).toMatchObject({
      host: '127.0.0.1',
      port: 7000,
      db: 3,
      username: 'user',
      password: SECRET,
    });
  });

  it('speaks TLS where the URL says so', () => {
    expect(optionsOf(connect('redis://127.0.0.1'))?.tls).toBeUndefined();
    expect(optionsOf(connect('rediss://127.0.0.1'))?.tls).toBeTruthy();
    expect(optionsOf(connect('redis://127.0.0.1,redis://[::1]:7001'))?.tls).toBeUndefined();
    expect(optionsOf(connect('rediss://127.0.0.1,rediss://[::1]:7001'))?.tls).toBeTruthy();
  });

  it.each([
    { url: `${URL_OF_ONE}:7000?cluster=true`, nodes: [['127.0.0.1', 7000]] },
    {
      url: `${URL_OF_ONE}, redis://[::1]:7001`,
      nodes: [
        ['127.0.0.1', 6379],
        ['::1', 7001],
      ],
    },
  ])('reads the nodes of a cluster: $nodes', ({ url, nodes }) => {
    const client = connect(url);
    if (!(client instanceof Cluster)) throw new Error('It is no cluster');
    const { startupNodes } = client as unknown as { startupNodes: { host: string; port: number }[] };
    expect(startupNodes.map(({ host, port }) => [host, port])).toEqual(nodes);
    expect(client.options.redisOptions).toMatchObject({ username: 'user', password: SECRET });
  });

  it('fails at once where there is no connection', async () => {
    const client = connect('redis://127.0.0.1:1');
    await expect(client.get('x')).rejects.toThrow("Stream isn't writeable");
    await expect(connectSubscriber(client).get('x')).rejects.toThrow("Stream isn't writeable");
  });

  it('makes a connection again that leads to a former primary', async () => {
    const redis = await RedisServer.start();
    const client = connect(redis.url);
    await vi.waitUntil(() => client.status === 'ready', SOON);
    await redis.command('REPLICAOF', '127.0.0.1', 1);
    const closed = on(client, 'close');
    await expect(client.set('x', '1')).rejects.toThrow('READONLY');
    await closed;
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await vi.waitUntil(() => client.status === 'ready', SOON);
    expect(await client.set('x', '1')).toBe('OK');
    await redis.close();
  });

  it('gives a connection up on which nothing comes, with what it has not sent, and has it again later', async () => {
    const redis = await RedisServer.start();
    const client = connect(redis.url);
    await vi.waitUntil(() => client.status === 'ready', SOON);
    redis.freeze();
    const closed = on(client, 'close');
    await expect(client.get('x')).rejects.toThrow('Command timed out');
    await closed;
    redis.thaw();
    await vi.waitUntil(
      () =>
        client.get('x').then(
          () => true,
          () => false,
        ),
      SOON,
    );
    await redis.close();
  }, 15_000);
});

describe('what is logged of Redis', () => {
  it('is that it was lost, once, and that it is there again, once', async () => {
    const redis = await RedisServer.start();
    const client = connect(redis.url);
    await vi.waitUntil(() => client.status === 'ready', SOON);
    expect(logged('The stream log has Redis')).toBe(1);
    await redis.stop();
    for (let attempts = 3; attempts > 0; attempts -= 1) await on(client, 'reconnecting');
    expect(logged('The stream log lost Redis')).toBe(1);
    await redis.restart();
    await vi.waitUntil(() => client.status === 'ready', SOON);
    expect(logged('The stream log has Redis')).toBe(2);
    expect(logged('The stream log lost Redis')).toBe(1);
    await redis.close();
  });

  it('is that it was lost where it was never there, and why', async () => {
    const client = connect('redis://127.0.0.1:1');
    await on(client, 'reconnecting');
    expect(logs.text).toContain('The stream log lost Redis: connect ECONNREFUSED 127.0.0.1:1');
  });

  it('is nothing where it is closed on purpose', async () => {
    const redis = await RedisServer.start();
    const client = connect(redis.url);
    await vi.waitUntil(() => client.status === 'ready', SOON);
    client.disconnect();
    await on(client, 'end');
    expect(logged('lost')).toBe(0);
    await redis.close();
  });

  it.each(['', '?cluster=true'])('holds no password, also where Redis refuses it (%s)', async (query) => {
    const redis = await RedisServer.start();
    await redis.command('CONFIG', 'SET', 'requirepass', 'another');
    const client = connect(`${URL_OF_ONE}:${redis.port}/${query}`);
    connectSubscriber(client);
    await on(client, 'reconnecting');
    await on(client, 'reconnecting');
    expect(logged('The stream log lost Redis')).toBe(1);
    expect(logs.text).not.toContain(SECRET);
    expect(logs.text).not.toContain(encodeURIComponent(SECRET));
    await redis.close();
  });
});

describe('connectSubscriber', () => {
  it('leaves no promise alone where a connection breaks off again at once', async () => {
    const unhandled = vi.fn<(error: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    const redis = await RedisServer.start();
    const proxy = await CuttingProxy.start(redis.url);
    const subscriber = connectSubscriber(connect(proxy.url.replace('http:', 'redis:')));
    open.push(subscriber);
    await on(subscriber, 'ready');
    await subscriber.subscribe('x');
    for (let times = 3; times > 0; times -= 1) {
      const again = on(subscriber, 'ready');
      proxy.cut();
      await again;
    }
    proxy.cut();
    await on(subscriber, 'ready');
    process.off('unhandledRejection', unhandled);
    expect(unhandled.mock.calls).toEqual([]);
    await proxy.stop();
    await redis.close();
  });
});

function fail(): never {
  throw new Error('no');
}

describe('together', () => {
  it('holds back what is asked until all of it is, and lets it go where something throws', async () => {
    const redis = await RedisServer.start();
    const client = connectRedis(redis.url);
    await on(client, 'ready');
    if (client instanceof Cluster) throw new Error('One server was asked for');
    const { stream } = client;
    const answers = inOneWrite(client, () => {
      const requested = [client.set('a', '1'), client.get('a')];
      expect(stream.writableCorked).toBe(1);
      return Promise.all(requested);
    });
    expect(stream.writableCorked).toBe(0);
    expect(await answers).toEqual(['OK', '1']);
    expect(() => inOneWrite(client, fail)).toThrow('no');
    expect(stream.writableCorked).toBe(0);
    client.disconnect();
    await redis.close();
  });

  it('asks a client that has no connection all the same', async () => {
    const client = connect('redis://127.0.0.1:1');
    await expect(inOneWrite(client, () => client.get('a'))).rejects.toThrow('writeable');
  });
});
