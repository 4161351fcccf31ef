import type { SluiceSettings } from '../core/settings.js';
import { MemoryStreamLog } from './memory/memory-stream-log.js';
import type { TerminalErrorEncoder } from './redis/log/redis-stream-store.js';
import type { StreamLog } from './stream-log.js';

/** The log of the settings. Without Redis its code is not loaded. */
export async function createStreamLog(
  settings: Pick<SluiceSettings, 'redisUrl' | 'streamLog'>,
  encodeLastFrame: TerminalErrorEncoder,
): Promise<StreamLog> {
  const { redisUrl: url } = settings;
  if (url === undefined) return new MemoryStreamLog(settings);
  const { RedisStreamLog } = await import('./redis/redis-stream-log.js');
  return new RedisStreamLog({ url, settings, encodeLastFrame });
}
