import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import type { StreamAlias } from '../../stream-alias.js';
import { connectRedis, type RedisClient } from '../connection/redis-client.js';
import { onceKey } from '../connection/keys.js';
import { StreamAliases } from './stream-aliases.js';
import { SOON } from '../../../../test/support/soon.js';

const KEEP_MS = 60_000;
const NAME = 'key web order-17';
const running: StreamAlias = {
  id: 's1',
  hash: 'h',
  route: 'r',
  target: 'u/m',
  attempts: 2,
  headers: { 'x-request-id': '7' },
  ended: undefined,
};
const ended: StreamAlias = { ...running, ended: { whole: true, at: 17 } };

let redis: RedisServer;
let clients: RedisClient[];
let a: StreamAliases;
let b: StreamAliases;

/** What the settings of both say. */
let keepMs: number;

const connect = async (retained: () => number = () => keepMs) => {
  const client = connectRedis(redis.url);
  await vi.waitUntil(() => client.status === 'ready', SOON);
  clients.push(client);
  return new StreamAliases(client, retained);
};
const ttl = async () => Number(await redis.command('PTTL', onceKey(NAME)));

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  clients = [];
  keepMs = KEEP_MS;
  [a, b] = [await connect(), await connect()];
});
afterEach(async () => {
  for (const names of [a, b]) names.close();
  for (const client of clients) client.disconnect();
  await redis.flush();
});
afterAll(() => redis.close());

describe('StreamAliases', () => {
  it.each([running, ended, { ...running, target: undefined }])(
    'finds on another replica what one has named: %j',
    async (stream) => {
      a.set(NAME, stream);
      await expect.poll(() => b.find(NAME)).toEqual(stream);
      expect(await b.find('key web order-18')).toBeUndefined();
    },
  );

  it('keeps no caller’s key in Redis', async () => {
    a.set(NAME, running);
    await expect.poll(() => b.find(NAME)).toBeDefined();
    expect(await redis.content()).not.toContain('order-17');
  });

  it('keeps a name for as long as the stream is kept after its end', async () => {
    a.set(NAME, running);
    await expect.poll(ttl).toBeGreaterThan(0);
    await redis.command('PEXPIRE', onceKey(NAME), KEEP_MS / 2);
    a.set(NAME, ended);
    await expect.poll(ttl).toBeGreaterThan(KEEP_MS / 2);
    expect(await ttl()).toBeLessThanOrEqual(KEEP_MS);
  });

  it('keeps the name of a stream that runs for longer, and lets go of it later', async () => {
    const names = await connect(() => 300);
    names.set(NAME, running);
    await expect.poll(() => b.find(NAME)).toEqual(running);
    const before = await redis.commandCount('pexpire');
    await expect.poll(() => redis.commandCount('pexpire'), SOON).toBeGreaterThan(before + 4);
    expect(await b.find(NAME)).toEqual(running);
    names.set(NAME, ended);
    await expect.poll(() => b.find(NAME), SOON).toBeUndefined();
    names.close();
  });

  it('keeps the name of a stream that runs where the settings have it kept for less than before', async () => {
    keepMs = 1_000;
    a.set(NAME, running);
    await expect.poll(() => b.find(NAME)).toEqual(running);
    const before = await redis.commandCount('pexpire');
    await expect.poll(() => redis.commandCount('pexpire'), SOON).toBeGreaterThan(before + 4);
    expect(await b.find(NAME)).toEqual(running);
  });

  it('names what runs again in a Redis that has come back empty', async () => {
    a.set(NAME, running);
    await expect.poll(() => b.find(NAME)).toEqual(running);
    await redis.restart();
    await expect.poll(() => b.find(NAME).catch(() => undefined), SOON).toEqual(running);
  });

  it('leaves the name to a newer stream', async () => {
    a.set(NAME, running);
    await expect.poll(() => b.find(NAME)).toEqual(running);
    const newer = { ...running, id: 's2' };
    b.set(NAME, newer);
    await expect.poll(() => a.find(NAME)).toEqual(newer);
    const before = await redis.commandCount('get');
    a.set(NAME, ended);
    await expect.poll(() => redis.commandCount('get')).toBeGreaterThan(before);
    expect(await a.find(NAME)).toEqual(newer);
  });

  it.each(['', 'null', '{}', '{"id":"s1","hash":"h","route":"r","attempts":1,"headers":{},"ended":1}'])(
    'finds nothing where no replica has written: %j',
    async (text) => {
      await redis.command('SET', onceKey(NAME), text);
      expect(await a.find(NAME)).toBeUndefined();
    },
  );

  it('rejects where Redis does not answer', async () => {
    await redis.stop();
    await expect.poll(() => a.find(NAME).catch(() => 'no answer'), SOON).toBe('no answer');
    a.set(NAME, running);
    await redis.restart();
    await expect.poll(() => b.find(NAME).catch(() => undefined), SOON).toEqual(running);
  });
});
