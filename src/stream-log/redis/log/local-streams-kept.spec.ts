import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY, type LogLimits } from '../../../../test/contract/created-log.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { SOON } from '../../../../test/support/soon.js';
import { connectRedis, inOneWrite, type RedisClient } from '../connection/redis-client.js';
import { BatchScheduler } from './batch-scheduler.js';
import { LocalStreams } from './local-streams.js';

let redis: RedisServer;
let client: RedisClient;
let settings: { streamLog: LogLimits };
let own: LocalStreams;

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  client = connectRedis(redis.url);
  await vi.waitUntil(() => client.status === 'ready', SOON);
  settings = { streamLog: { ...ROOMY, leaseMs: 300 } };
  const scheduler = new BatchScheduler((leave) => inOneWrite(client, leave));
  own = new LocalStreams({
    redis: client,
    replica: 'a',
    settings,
    scheduler,
    index: { add: () => undefined },
    onShutOut: () => undefined,
  });
});
afterEach(async () => {
  own.close();
  client.disconnect();
  await redis.flush();
});
afterAll(() => redis.close());

describe('the keys of a stream', () => {
  it('live as long as it runs where the settings have it kept for a second, and do so only now', async () => {
    settings.streamLog = { ...settings.streamLog, keepSeconds: 1 };
    const stream = card();
    const memory = { append: () => undefined, end: () => undefined };
    own.begin(stream, { stop: () => undefined, setPaused: () => undefined }, memory).append(frame(0));
    await expect.poll(() => redis.keys('sluice:{*'), SOON).toHaveLength(2);
    const before = await redis.commandCount('pexpire');
    // Two for each renewal, of which there are three a second.
    await expect.poll(() => redis.commandCount('pexpire'), SOON).toBeGreaterThan(before + 2 * 5);
    expect(await redis.keys('sluice:{*')).toEqual([
      `sluice:{${stream.id}}:log`,
      `sluice:{${stream.id}}:meta`,
    ]);
  });
});
