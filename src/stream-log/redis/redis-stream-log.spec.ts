import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../test/contract/created-log.js';
import { LogReader } from '../../../test/contract/log-reader.js';
import { twoLogs } from '../../../test/contract/two-logs.js';
import { WrittenStream } from '../../../test/contract/written-stream.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { entryFields, openingId } from './log/log-entry.js';
import { suspicionMs } from './liveness/replica-lease.js';
import type { RedisStreamLog } from './redis-stream-log.js';
import { SOON } from '../../../test/support/soon.js';

const UNKNOWN = '01a207fd-d546-762d-b935-295aabf4c0d7';

let redis: RedisServer;
let a: RedisStreamLog;
let b: RedisStreamLog;
beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  await redis.flush();
  [a, b] = await twoLogs(redis.url);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([a.close(), b.close()]);
});
afterAll(() => redis.close());

/** A stream of the one replica that is read on the other one. */
const readElsewhere = async () => {
  const stream = new WrittenStream(a).write(2);
  await vi.waitUntil(() => b.find(stream.id), SOON);
  const reader = new LogReader(b, stream.id, 0);
  await reader.until(stream.from(0));
  return { stream, reader };
};

describe('RedisStreamLog of a process that ends', () => {
  it('lets go of those who read the streams of others, and takes on no more of them', async () => {
    const { stream, reader } = await readElsewhere();
    b.beforeApplicationShutdown();
    expect(await reader.ended).toBe('stream-log-unavailable');
    await expect(b.find(stream.id)).rejects.toMatchObject({ code: 'stream-log-unavailable' });
    expect(await new LogReader(b, stream.id, 0).ended).toBe('stream-log-unavailable');
  });

  it('serves its own streams until they end', async () => {
    const { stream } = await readElsewhere();
    a.beforeApplicationShutdown();
    const reader = new LogReader(a, stream.id, 0);
    expect(await a.find(stream.id)).toMatchObject({ state: 'running' });
    stream.write().end();
    expect([await reader.ended, reader.text]).toEqual(['complete', stream.from(0)]);
  });

  it('leaves to the others all that it has written, and no lease', async () => {
    const { stream, reader } = await readElsewhere();
    stream.write(200).end();
    await a.close();
    expect([await reader.ended, reader.text]).toEqual(['complete', stream.from(0)]);
    expect(await redis.keys('sluice:replica:*')).toHaveLength(1);
  });

  it('writes nothing of what begins later', async () => {
    await a.close();
    const stream = new WrittenStream(a).write().end();
    expect(await b.find(stream.id)).toBeUndefined();
    expect(await new LogReader(a, stream.id, 0).ended).toBe('complete');
  });

  it('waits a few seconds at most for a Redis that does not answer', async () => {
    const { stream } = await readElsewhere();
    redis.freeze();
    stream.write(100);
    const began = performance.now();
    await Promise.all([a.close(), b.close()]);
    expect(performance.now() - began).toBeLessThan(8_000);
    redis.thaw();
  }, 15_000);
});

describe('RedisStreamLog', () => {
  it('holds nothing of a stream of another replica once nobody reads it', async () => {
    const { stream, reader } = await readElsewhere();
    reader.leave();
    stream.write().end();
    await expect.poll(async () => (await b.find(stream.id))?.state, SOON).toBe('over');
    expect((await b.list('web', { limit: 10 })).streams).toHaveLength(1);
    const again = new LogReader(b, stream.id, 1);
    expect([await again.ended, again.text]).toEqual(['complete', stream.from(1)]);
  });

  it('takes one who only looks on for no reader, on whichever replica', async () => {
    const stream = new WrittenStream(a).write(2);
    await vi.waitUntil(() => b.find(stream.id), SOON);
    const sign = () => redis.keys(`sluice:{${stream.id}}:readers`);
    const seen: string[] = [];
    const onlooker = b
      .read(stream.id, 0, new BackPressure(), 1, false)
      .subscribe((bytes) => seen.push(String(bytes)));
    const before = await redis.commandCount('xrevrange');
    await expect.poll(() => redis.commandCount('xrevrange'), SOON).toBeGreaterThan(before + 2);
    expect([seen.join(''), await sign(), await a.isReadElsewhere(stream.id)]).toEqual([
      stream.from(0),
      [],
      false,
    ]);
    const reader = new LogReader(b, stream.id, 0);
    await expect.poll(sign, SOON).toHaveLength(1);
    expect(await a.isReadElsewhere(stream.id)).toBe(true);
    onlooker.unsubscribe();
    reader.leave();
  });

  it('is not held to a stream that was taken from it by those who read it elsewhere', async () => {
    const { stream, reader } = await readElsewhere();
    await expect.poll(() => a.isReadElsewhere(stream.id), SOON).toBe(true);
    const fence = entryFields({ first: 2, count: 0, bytes: Buffer.alloc(0), end: false });
    await redis.command('XADD', `sluice:{${stream.id}}:log`, openingId(2), ...fence.map(String));
    stream.write();
    await expect.poll(() => a.isReadElsewhere(stream.id), SOON).toBe(false);
    expect(await redis.keys(`sluice:{${stream.id}}:readers`)).toHaveLength(1);
    reader.leave();
  });

  it('finds what others have named, and nothing by another name', async () => {
    const stream = new WrittenStream(a).write(2);
    const rest = { hash: 'h', route: 'r', target: 'u/m', attempts: 1, headers: {} };
    a.setAlias('key web k', { ...rest, id: stream.id, ended: undefined });
    await expect
      .poll(() => b.findByAlias('key web k'), SOON)
      .toEqual({ ...rest, id: stream.id, ended: undefined });
    expect(await b.findByAlias('key web j')).toBeUndefined();
    await expect.poll(() => b.find(stream.id), SOON).toMatchObject({ owner: 'web', firstRetained: 0 });
  });

  it('says that Redis cannot be reached, and not that there is no such stream', async () => {
    await redis.stop();
    await expect
      .poll(() => b.find(UNKNOWN).catch((error: unknown) => error), SOON)
      .toMatchObject({
        code: 'stream-log-unavailable',
        retryAfterMs: 1_000,
      });
    await expect(b.findByAlias('key web k')).rejects.toMatchObject({ code: 'stream-log-unavailable' });
    await redis.restart();
  });

  it('reads what is there of a dead replica’s stream where Redis has no memory to end it', async () => {
    const { stream } = await readElsewhere();
    await redis.fill();
    await a.close();
    await expect(b.find(stream.id)).resolves.toMatchObject({ state: 'running', frames: 2 });
    // Longer than a living replica may be late: now it would be ended.
    const later = performance.now() + suspicionMs(ROOMY.leaseMs) + 100;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    await expect(b.find(stream.id)).resolves.toMatchObject({ state: 'running', frames: 2 });
    await redis.makeRoom();
    const reader = new LogReader(b, stream.id, 0);
    expect(await reader.ended).toBe('complete');
    expect(await b.find(stream.id)).toMatchObject({ state: 'over', truncated: true });
  });
});
