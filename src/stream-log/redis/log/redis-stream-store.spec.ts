import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../../../test/contract/written-stream.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { connectRedis, type RedisClient } from '../connection/redis-client.js';
import { RedisStreamWriter } from './redis-stream-writer.js';
import { RedisStreamStore } from './redis-stream-store.js';
import { SOON } from '../../../../test/support/soon.js';

const KEEP_MS = 60_000;
const RUN_MS = 2 * KEEP_MS;

let redis: RedisServer;
let client: RedisClient;
let store: RedisStreamStore;
let writer: RedisStreamWriter;
let id: string;

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  client = connectRedis(redis.url);
  await vi.waitUntil(() => client.status === 'ready', SOON);
  store = new RedisStreamStore(client, () => KEEP_MS);
  const stream = card();
  id = stream.id;
  writer = new RedisStreamWriter({
    redis: client,
    metadata: stream,
    replica: 'a',
    index: { add: () => undefined },
    keepMs: KEEP_MS,
    runMs: RUN_MS,
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.disconnect();
  await redis.flush();
});
afterAll(() => redis.close());

const write = (first: number, count: number, { begins = false, end = false } = {}) =>
  writer.write({ first, count, bytes: Buffer.from(`data: ${first}\n\n`.repeat(count)), begins, end });
const end = () => store.endFor(id, (number) => `data: cut off at ${number}\n\n`);
const sign = () => `sluice:{${id}}:readers`;
const entries = async () => (await store.page(id, '-')).entries;
/** What happens once somebody has looked which entry is the last. */
const afterTheLook = (happens: () => Promise<unknown>) => {
  const look = client.xrevrangeBuffer.bind(client);
  vi.spyOn(client, 'xrevrangeBuffer').mockImplementationOnce(async (...body) => {
    const answer = await look(...body);
    await happens();
    return answer;
  });
};

describe('RedisStreamStore', () => {
  it('keeps the wish for an end longer than a producer goes without looking for it', async () => {
    await new RedisStreamStore(client, () => 1_000).markStopped(id);
    expect(await redis.command('PTTL', `sluice:{${id}}:stop`)).toBeGreaterThan(20_000);
    expect(await store.isStopped(id)).toBe(true);
  });

  it('finds no stream that nobody has begun', async () => {
    expect(await store.metadata(id)).toBeUndefined();
    expect(await store.lastEntry(id)).toBeUndefined();
    expect(await entries()).toEqual([]);
  });

  it('finds the log of a stream that is begun while it looks', async () => {
    const get = client.get.bind(client);
    vi.spyOn(client, 'get').mockImplementationOnce(async (key) => {
      await write(0, 2, { begins: true });
      return get(key);
    });
    expect((await store.status(id))?.last).toMatchObject({ first: 0, count: 2 });
  });

  it('reads on after the last entry that was read', async () => {
    await write(0, 2, { begins: true });
    const { entries: read, full } = await store.page(id, '-');
    expect({ ids: read.map((entry) => entry.id), full }).toEqual({ ids: ['1-2'], full: false });
    expect(await store.page(id, '1-2')).toEqual({ entries: [], full: false });
    await write(2, 1);
    const next = await store.page(id, '1-2');
    expect(next.entries.map(({ first }) => first)).toEqual([2]);
  });

  it('says that there may be more where a page is full', async () => {
    await write(0, 1, { begins: true });
    for (let at = 1; at < 201; at += 1) await write(at, 1);
    const page = await store.page(id, '-');
    expect({ count: page.entries.length, full: page.full }).toEqual({ count: 200, full: true });
    expect((await store.page(id, page.entries.at(-1)?.id ?? '-')).entries.map(({ first }) => first)).toEqual([
      200,
    ]);
  });

  it.each([
    { what: 'without a number', fields: ['b', 'x', 'n', '1'] },
    { what: 'without bytes', fields: ['f', '0', 'n', '1'] },
    { what: 'with a number that is none', fields: ['f', 'zero', 'n', '1', 'b', 'x'] },
    { what: 'of somebody else', fields: ['hello', 'world'] },
  ])('tells those who read an entry $what that the stream is gone', async ({ fields }) => {
    await redis.command('XADD', `sluice:{${id}}:log`, '1-1', ...fields);
    await expect(store.page(id, '-')).rejects.toMatchObject({ code: 'stream-gone' });
    await expect(store.lastEntry(id)).rejects.toMatchObject({ code: 'stream-gone' });
  });
});

describe('StreamShelf, of readers elsewhere,', () => {
  it('says that a stream is read for a few seconds', async () => {
    expect(await store.isRead(id)).toBe(false);
    await store.markRead(id);
    expect(await store.isRead(id)).toBe(true);
    expect(await redis.command('PTTL', sign())).toBeGreaterThan(4_000);
    await redis.command('DEL', sign());
    expect([await store.isRead(id), await redis.keys()]).toEqual([false, []]);
  });

  it('continues saying so where Redis has no memory', async () => {
    await store.markRead(id);
    await redis.fill();
    await redis.command('PEXPIRE', sign(), 1_000);
    await store.markRead(id);
    expect(await redis.command('PTTL', sign())).toBeGreaterThan(4_000);
    expect(await store.isRead(id)).toBe(true);
    await redis.makeRoom();
  });

  it('cannot say that a stream is not read where a reader has no memory to say that it is', async () => {
    await redis.fill();
    await expect(store.markRead(id)).rejects.toThrow('OOM');
    await expect(store.isRead(id)).rejects.toThrow('OOM');
    await redis.makeRoom();
    expect(await store.isRead(id)).toBe(false);
  });
});

describe('StreamShelf, in place of a dead producer,', () => {
  it('adds the last frame, with the number that comes next', async () => {
    await write(0, 3, { begins: true });
    expect(await end()).toBe(true);
    const last = await store.lastEntry(id);
    expect(last).toMatchObject({ epoch: 2, first: 3, count: 1, end: true });
    expect(last?.bytes.toString()).toBe('data: cut off at 3\n\n');
  });

  it('ends a stream of which nothing but its beginning was written', async () => {
    await write(0, 0, { begins: true });
    expect(await end()).toBe(true);
    expect(await store.lastEntry(id)).toMatchObject({ first: 0, count: 1, end: true });
  });

  it('ends it once, however many do at once and one after the other', async () => {
    await write(0, 3, { begins: true });
    expect(await Promise.all([end(), end(), end()])).toEqual([true, true, true]);
    expect(await end()).toBe(true);
    expect((await entries()).filter((entry) => entry.end)).toHaveLength(1);
  });

  it('continues where another one has stopped in the middle', async () => {
    await write(0, 3, { begins: true });
    await redis.command('XADD', `sluice:{${id}}:log`, '2-0', 'f', 3, 'n', 0, 'b', '');
    expect(await end()).toBe(true);
    expect(await store.lastEntry(id)).toMatchObject({ first: 3, count: 1, end: true });
  });

  it('shuts the producer out', async () => {
    await write(0, 3, { begins: true });
    await end();
    expect(await write(3, 1)).toBe('shut-out');
  });

  it('leaves no gap and no double if the producer lives and writes meanwhile', async () => {
    await write(0, 3, { begins: true });
    afterTheLook(() => write(3, 4));
    expect(await end()).toBe(true);
    const read = (await entries()).filter(({ count }) => count > 0);
    expect(read.map(({ first, count }) => [first, count])).toEqual([
      [0, 3],
      [3, 4],
      [7, 1],
    ]);
  });

  it('adds no failure to a stream that its producer ends meanwhile', async () => {
    await write(0, 3, { begins: true });
    afterTheLook(() => write(3, 4, { end: true }));
    expect(await end()).toBe(true);
    expect(await store.lastEntry(id)).toMatchObject({ first: 7, count: 0, end: true });
    expect(Buffer.concat((await entries()).map(({ bytes }) => bytes)).toString()).not.toContain('cut off');
  });

  it('ends nothing that is not there, and nothing that is over', async () => {
    expect(await end()).toBe(false);
    expect(await redis.keys()).toEqual([]);
    await write(0, 3, { begins: true, end: true });
    expect(await end()).toBe(true);
    expect(await entries()).toHaveLength(1);
  });

  it('says that it could not where Redis has no memory', async () => {
    await write(0, 3, { begins: true });
    await redis.fill();
    await expect(end()).rejects.toThrow('OOM');
    await redis.makeRoom();
    expect(await end()).toBe(true);
  });

  it('keeps it for its time', async () => {
    await write(0, 3, { begins: true });
    await redis.command('PERSIST', `sluice:{${id}}:log`);
    await end();
    expect(await redis.command('PTTL', `sluice:{${id}}:log`)).toBeGreaterThan(KEEP_MS - 5_000);
  });
});
