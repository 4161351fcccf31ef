import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../../../test/contract/written-stream.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import type { StreamMetadata } from '../../stream-log.js';
import { connectRedis, type RedisClient } from '../connection/redis-client.js';
import { keysOf } from '../connection/keys.js';
import { OwnerIndex } from '../index/owner-index.js';
import { RedisStreamWriter, type Batch, type RedisStreamWriterOptions } from './redis-stream-writer.js';
import { RedisStreamStore } from './redis-stream-store.js';
import { SOON } from '../../../../test/support/soon.js';

const KEEP_MS = 60_000;
const RUN_MS = 2 * KEEP_MS;
const SLACK_MS = 10_000;

let redis: RedisServer;
let client: RedisClient;
let stream: StreamMetadata;
let index: OwnerIndex;
let writer: RedisStreamWriter;
let store: RedisStreamStore;

beforeAll(async () => void (redis = await RedisServer.start()));
beforeEach(async () => {
  client = connectRedis(redis.url);
  await vi.waitUntil(() => client.status === 'ready', SOON);
  stream = card();
  index = new OwnerIndex(client, () => KEEP_MS);
  writer = writerOf({ replica: 'a' });
  store = new RedisStreamStore(client, () => KEEP_MS);
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.disconnect();
  await redis.flush();
});
afterAll(() => redis.close());

const batch = (first: number, count: number, { begins = false, end = false } = {}): Batch => ({
  first,
  count,
  bytes: Buffer.from(`data: ${first}\n\n`.repeat(count)),
  begins,
  end,
});
const BEGINNING = batch(0, 2, { begins: true });
const written = async () =>
  (await store.page(stream.id, '-')).entries.map(({ first, count }) => [first, count]);
const ttlOf = (key: 'log' | 'meta') => redis.command('PTTL', keysOf(stream.id)[key]);
const retained = () => redis.keys(`sluice:{${stream.id}}:*`);
const request = () => redis.command('GET', keysOf(stream.id).request);
const writerOf = (options: Pick<RedisStreamWriterOptions, 'replica' | 'takeoverRequest' | 'epoch'>) =>
  new RedisStreamWriter({
    redis: client,
    metadata: stream,
    index,
    keepMs: KEEP_MS,
    runMs: RUN_MS,
    ...options,
  });
const predecessor = () => writerOf({ replica: 'a', takeoverRequest: 'a question' });
const claim = () => store.claim(stream.id, 'b', 2, 2);
const successor = () => writerOf({ replica: 'b', epoch: 2 });

describe('RedisStreamWriter', () => {
  it('writes the beginning of a stream, and what others have to know of it', async () => {
    expect(await writer.write(BEGINNING)).toBe('written');
    expect(await store.metadata(stream.id)).toEqual({ metadata: stream, replica: 'a', lost: false });
    expect(await store.lastEntry(stream.id)).toMatchObject({
      epoch: 1,
      first: 0,
      count: 2,
      bytes: BEGINNING.bytes,
      end: false,
    });
    expect(Math.abs(Number(await ttlOf('log')) - RUN_MS)).toBeLessThan(SLACK_MS);
    expect(Math.abs(Number(await ttlOf('meta')) - 2 * RUN_MS)).toBeLessThan(SLACK_MS);
  });

  it('writes an empty beginning, and the first frames behind it', async () => {
    expect(await writer.write(batch(0, 0, { begins: true }))).toBe('written');
    expect(await writer.write(batch(0, 1))).toBe('written');
    expect(await writer.write(batch(1, 0, { end: true }))).toBe('written');
    expect(await store.lastEntry(stream.id)).toMatchObject({ first: 1, count: 0, end: true });
  });

  it.each([
    { what: 'a beginning', again: BEGINNING },
    { what: 'a batch', again: batch(2, 3) },
    { what: 'an end', again: batch(2, 3, { end: true }) },
    { what: 'an end without frames', again: batch(2, 0, { end: true }) },
  ])('takes $what that is sent again for written, and writes it once', async ({ again }) => {
    if (again !== BEGINNING) await writer.write(BEGINNING);
    expect(await writer.write(again)).toBe('written');
    const before = await redis.content();
    expect(await writer.write(again)).toBe('written');
    expect(await redis.content()).toBe(before);
  });

  it('takes a batch for written whose answer came too late', async () => {
    await writer.write(BEGINNING);
    redis.freeze();
    expect(await writer.write(batch(2, 1))).toBe('unknown');
    redis.thaw();
    await vi.waitUntil(async () => (await writer.write(batch(2, 1))) === 'written', SOON);
    expect(await written()).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it('says what others have to know where that was not written with the beginning', async () => {
    await writer.write(BEGINNING);
    await redis.command('DEL', keysOf(stream.id).meta);
    await redis.command('PERSIST', keysOf(stream.id).log);
    expect(await writer.write(BEGINNING)).toBe('written');
    expect(await store.metadata(stream.id)).toMatchObject({ replica: 'a' });
    expect(await ttlOf('log')).toBeGreaterThan(0);
  });

  it.each([BEGINNING, batch(2, 1), batch(2, 0, { end: true })])(
    'is shut out where another one has ended the stream',
    async (late) => {
      await writer.write(BEGINNING);
      await store.endFor(stream.id, () => 'data: cut off\n\n');
      const before = await written();
      expect(await writer.write(late)).toBe('shut-out');
      expect(await written()).toEqual(before);
    },
  );

  it('says that the log is gone, and makes no new one', async () => {
    await writer.write(BEGINNING);
    await redis.flush();
    expect(await writer.write(batch(2, 1))).toBe('gone');
    expect(await redis.keys()).toEqual([]);
  });

  it.each([
    { what: 'a beginning', next: BEGINNING },
    { what: 'a batch', next: batch(2, 1) },
  ])('does not know what became of $what where Redis has no memory', async ({ next }) => {
    if (next !== BEGINNING) await writer.write(BEGINNING);
    await redis.fill();
    expect(await writer.write(next)).toBe('unknown');
    await redis.makeRoom();
    expect(await writer.write(next)).toBe('written');
  });

  it('does not know what became of a batch where there is no connection', async () => {
    client.disconnect();
    expect(await writer.write(BEGINNING)).toBe('unknown');
  });

  it('lets a stream that ends live for its time', async () => {
    await writer.write(BEGINNING);
    await redis.command('PEXPIRE', keysOf(stream.id).log, 20_000);
    await writer.write(batch(2, 1));
    expect(await ttlOf('log')).toBeLessThan(20_001);
    await writer.write(batch(3, 0, { end: true }));
    expect(Math.abs(Number(await ttlOf('log')) - KEEP_MS)).toBeLessThan(SLACK_MS);
    expect(Math.abs(Number(await ttlOf('meta')) - 2 * KEEP_MS)).toBeLessThan(SLACK_MS);
  });

  it('keeps a stream that runs', async () => {
    await writer.write(BEGINNING);
    for (const key of ['log', 'meta'] as const)
      await redis.command('PEXPIRE', keysOf(stream.id)[key], 20_000);
    await writer.renew();
    expect(await ttlOf('log')).toBeGreaterThan(RUN_MS - SLACK_MS);
    expect(await ttlOf('meta')).toBeGreaterThan(2 * RUN_MS - SLACK_MS);
  });

  it('renews nothing while its end is on its way', async () => {
    await writer.write(BEGINNING);
    const ended = writer.write(batch(2, 1, { end: true }));
    await writer.renew();
    expect(await ended).toBe('written');
    expect(Math.abs(Number(await ttlOf('log')) - KEEP_MS)).toBeLessThan(SLACK_MS);
  });

  it('renews nothing, and fails not, where there is no connection', async () => {
    client.disconnect();
    await expect(writer.renew()).resolves.toBeUndefined();
  });
});

describe('RedisStreamWriter of a stream that is lost', () => {
  it('takes its frames away, and says so', async () => {
    await writer.write(BEGINNING);
    expect(await writer.announceLoss()).toBe(true);
    expect(await retained()).toEqual([keysOf(stream.id).meta]);
    expect(await store.metadata(stream.id)).toMatchObject({ metadata: stream, lost: true });
  });

  it('leaves nothing where Redis has no memory to say so', async () => {
    await writer.write(BEGINNING);
    await redis.fill();
    expect(await writer.announceLoss()).toBe(true);
    await redis.makeRoom();
    expect(await retained()).toEqual([]);
  });

  it('knows whether that was heard', async () => {
    client.disconnect();
    expect(await writer.announceLoss()).toBe(false);
  });
});

describe('RedisStreamWriter of one who has left a will', () => {
  it('keeps it until the end', async () => {
    const first = predecessor();
    await first.write(BEGINNING);
    expect(await request()).toBe('a question');
    await first.write(batch(2, 1));
    expect(await request()).toBe('a question');
    await first.write(batch(3, 0, { end: true }));
    expect(await request()).toBeNull();
  });

  it('keeps none for a stream that begins and ends at once', async () => {
    await predecessor().write(batch(0, 2, { begins: true, end: true }));
    expect(await request()).toBeNull();
  });

  it('takes it away with the frames', async () => {
    const first = predecessor();
    await first.write(BEGINNING);
    expect(await first.announceLoss()).toBe(true);
    expect(await request()).toBeNull();
  });
});

describe('RedisStreamWriter of a replica that continues a stream', () => {
  it('says whose it is and where it continues, before anything of it can be read', async () => {
    await writer.write(BEGINNING);
    await claim();
    expect(await successor().write(batch(2, 0, { begins: true }))).toBe('written');
    expect(await store.metadata(stream.id)).toMatchObject({ metadata: stream, replica: 'b', takenOverAt: 2 });
    expect(await store.lastEntry(stream.id)).toMatchObject({ epoch: 2, claimedBy: 'b' });
  });

  it('keeps what there is for as long as it keeps its own streams', async () => {
    await writer.write(BEGINNING);
    await claim();
    await redis.command('PEXPIRE', keysOf(stream.id).log, 1_000);
    await successor().write(batch(2, 0, { begins: true }));
    expect(Math.abs(Number(await ttlOf('log')) - RUN_MS)).toBeLessThan(SLACK_MS);
  });

  it('writes what follows, and its end', async () => {
    await writer.write(BEGINNING);
    await claim();
    const next = successor();
    expect(await next.write(batch(2, 1, { begins: true }))).toBe('written');
    expect(await next.write(batch(3, 1, { end: true }))).toBe('written');
    expect((await written()).filter(([, count]) => count !== 0)).toEqual([
      [0, 2],
      [2, 1],
      [3, 1],
    ]);
    expect(await store.lastEntry(stream.id)).toMatchObject({ epoch: 2, end: true });
  });

  it('is not undone by the first one, whatever that still does', async () => {
    writer = predecessor();
    await writer.write(BEGINNING);
    await claim();
    await successor().write(batch(2, 1, { begins: true }));
    const before = await redis.content();
    expect(await writer.write(BEGINNING)).toBe('shut-out');
    expect(await writer.write(batch(2, 1))).toBe('shut-out');
    expect(await writer.write(batch(2, 0, { end: true }))).toBe('shut-out');
    expect(await writer.announceLoss()).toBe(true);
    expect(await redis.content()).toBe(before);
  });
});
