import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../../../test/contract/written-stream.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { connectRedis, type RedisClient } from '../connection/redis-client.js';
import { ownerKey } from '../connection/keys.js';
import { OwnerIndex } from './owner-index.js';
import { SOON } from '../../../../test/support/soon.js';

const KEEP_MS = 600_000;
const RENEWAL_MS = 60_000;
const NEW_MS = 5_000;

let redis: RedisServer;
let client: RedisClient;
let index: OwnerIndex;

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  client = connectRedis(redis.url);
  await vi.waitUntil(() => client.status === 'ready', SOON);
  index = new OwnerIndex(client, () => KEEP_MS);
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.disconnect();
  await redis.flush();
});
afterAll(() => redis.close());

const written = () => client.ping();
const idsOf = async (owner: string) => (await index.list(owner, undefined, 20_000)).map(({ id }) => id);
const ttlOf = (owner: string) => redis.command('PTTL', ownerKey(owner));

describe('OwnerIndex', () => {
  it('lists the streams of an owner, the latest first, and nobody else’s', async () => {
    const [one, two] = [card({ owner: 'web' }), card({ owner: 'web' })];
    for (const stream of [two, card({ owner: 'app' }), one]) index.add(stream);
    await written();
    expect(await index.list('web', undefined, 10)).toEqual(
      [two, one].map(({ id, startedAt }) => ({ id, startedAt })),
    );
    expect(await index.list('nobody', undefined, 10)).toEqual([]);
  });

  it('lists what stands behind a place, where a thousand began in its millisecond too', async () => {
    const streams = Array.from({ length: 1_000 }, () => card({ startedAt: 5 }));
    const old = card({ startedAt: 4 });
    for (const stream of [...streams, old]) index.add(stream);
    await written();
    const [first, second] = streams;
    const after = { id: second?.id ?? '', startedAt: 5 };
    expect((await index.list('web', after, 3)).map(({ id }) => id)).toEqual([first?.id, old.id]);
    expect(await index.list('web', { id: old.id, startedAt: 4 }, 3)).toEqual([]);
  });

  it('takes out what is not there any more', async () => {
    const now = Date.now();
    const [gone, other] = [0, 1].map((later) => card({ startedAt: now - NEW_MS - 1_000 + later }));
    const streams = [gone, other].filter((stream) => stream !== undefined);
    for (const stream of streams) index.add(stream);
    await index.remove('web', streams.slice(0, 1));
    await index.remove('web', []);
    expect(await idsOf('web')).toEqual([other?.id]);
  });

  it('leaves in what has just begun: another node of a cluster may have it next', async () => {
    const stream = card({ startedAt: Date.now() - NEW_MS / 2 });
    index.add(stream);
    await index.remove('web', [stream]);
    expect(await idsOf('web')).toEqual([stream.id]);
  });

  it('gives an index longer to live than its streams, and not with each of them', async () => {
    const before = await redis.commandCount('pexpire');
    for (let left = 3; left > 0; left -= 1) {
      index.add(card());
      await written();
    }
    expect(await ttlOf('web')).toBeGreaterThan(KEEP_MS);
    expect((await redis.commandCount('pexpire')) - before).toBe(1);
  });

  it('lets the index of an owner end that begins nothing, whatever others begin', async () => {
    const now = vi.spyOn(performance, 'now');
    const expirations = vi.spyOn(client, 'pexpire');
    const at = performance.now();
    for (const [minute, owner] of ['web', 'app', 'app', 'web'].entries()) {
      now.mockReturnValue(at + minute * 1.5 * RENEWAL_MS);
      index.add(card({ owner }));
      await written();
    }
    const renewed = expirations.mock.calls.map(([key]) => key);
    expect(renewed).toEqual(['web', 'app', 'app', 'web'].map(ownerKey));
  });

  it('gives an index its time again in a Redis that came back empty', async () => {
    index.add(card());
    await written();
    await redis.restart();
    await vi.waitUntil(() => client.status === 'ready', SOON);
    index.add(card());
    await written();
    expect(await ttlOf('web')).toBeGreaterThan(KEEP_MS);
  });

  it('tries again with the next stream where Redis did not answer', async () => {
    vi.spyOn(client, 'pexpire').mockRejectedValueOnce(new Error('Redis does not answer'));
    index.add(card());
    await written();
    expect(await ttlOf('web')).toBe(-1);
    index.add(card());
    await written();
    expect(await ttlOf('web')).toBeGreaterThan(KEEP_MS);
  });

  it('tries again with the next stream where Redis had no memory for an index', async () => {
    await redis.fill();
    index.add(card());
    await written();
    await redis.makeRoom();
    for (const _ of ['sets its time', 'not again']) {
      index.add(card());
      await written();
      expect(await ttlOf('web')).toBeGreaterThan(KEEP_MS);
    }
  });

  it('outlives a client that knows no node for its owner', async () => {
    for (const command of ['zadd', 'pexpire'] as const) {
      vi.spyOn(client, command).mockImplementationOnce(() => {
        throw new TypeError('There is no such slot');
      });
    }
    index.add(card());
    index.add(card());
    await written();
    expect(await idsOf('web')).toHaveLength(1);
  });

  it('keeps the latest 10,000 when a minute is over', async () => {
    const streams = Array.from({ length: 10_001 }, () => card());
    for (const stream of streams) index.add(stream);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + RENEWAL_MS);
    index.add(card());
    await written();
    const ids = await idsOf('web');
    expect(ids).toHaveLength(10_000);
    expect(ids).not.toContain(streams[1]?.id);
  });
});
