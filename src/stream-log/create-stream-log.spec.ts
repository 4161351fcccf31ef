import { expect, it } from 'vitest';
import { ROOMY } from '../../test/contract/created-log.js';
import { createStreamLog } from './create-stream-log.js';
import { MemoryStreamLog } from './memory/memory-stream-log.js';
import { RedisStreamLog } from './redis/redis-stream-log.js';

it.each([
  { redisUrl: undefined, Log: MemoryStreamLog },
  { redisUrl: 'redis://127.0.0.1:1', Log: RedisStreamLog },
])('createStreamLog makes the log that the settings ask for: $redisUrl', async ({ redisUrl, Log }) => {
  const log = await createStreamLog({ redisUrl, streamLog: ROOMY }, () => '');
  expect(log).toBeInstanceOf(Log);
  await log.close();
});
