import { vi } from 'vitest';
import { encodeTerminalError } from './terminal-error.js';
import { RedisStreamLog } from '../../src/stream-log/redis/redis-stream-log.js';
import { SOON } from '../support/soon.js';
import { ROOMY } from './created-log.js';

/** The logs of two replicas, once both have Redis. */
export async function twoLogs(url: string): Promise<[RedisStreamLog, RedisStreamLog]> {
  const begin = () =>
    new RedisStreamLog({ url, settings: { streamLog: ROOMY }, encodeLastFrame: encodeTerminalError });
  const logs: [RedisStreamLog, RedisStreamLog] = [begin(), begin()];
  for (const log of logs)
    await vi.waitUntil(() => log.list('nobody', { limit: 1 }).catch(() => undefined), SOON);
  return logs;
}
