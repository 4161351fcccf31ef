import { defer, switchMap, type Observable } from 'rxjs';
import { afterAll, beforeAll, vi } from 'vitest';
import type { CreateLog } from '../../../test/contract/created-log.js';
import { streamLogContract } from '../../../test/contract/stream-log.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import type { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { StreamLogSettings } from '../../core/settings.js';
import { encodeTerminalError } from '../../../test/contract/terminal-error.js';
import { RedisStreamLog } from './redis-stream-log.js';
import { SOON } from '../../../test/support/soon.js';

let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.close());

const logOf = (streamLog: StreamLogSettings) =>
  new RedisStreamLog({ url: redis.url, settings: { streamLog }, encodeLastFrame: encodeTerminalError });

/** Reads what it has heard of: a stream that has begun just now is known to the others a little later. */
class Elsewhere extends RedisStreamLog {
  override read(id: string, from: number, flow: BackPressure): Observable<FrameBytes> {
    return defer(() =>
      vi.waitUntil(() => this.find(id), { interval: 2, timeout: 200 }).catch(() => undefined),
    ).pipe(switchMap(() => super.read(id, from, flow)));
  }
}

const create: CreateLog = async (streamLog) => {
  await redis.flush();
  const log = logOf(streamLog);
  await vi.waitUntil(() => log.list('nobody', { limit: 1 }).catch(() => undefined), SOON);
  return { log, close: () => log.close() };
};

streamLogContract('RedisStreamLog', create);

streamLogContract(
  'RedisStreamLog, read on another replica,',
  async (streamLog) => {
    const written = await create(streamLog);
    const reader = new Elsewhere({
      url: redis.url,
      settings: { streamLog },
      encodeLastFrame: encodeTerminalError,
    });
    await vi.waitUntil(() => reader.list('nobody', { limit: 1 }).catch(() => undefined), SOON);
    const close = async () => void (await Promise.all([written.close(), reader.close()]));
    return { log: written.log, reader, close };
  },
  { runs: 30 },
);
