import { SluiceError } from '../../../core/sluice-error.js';
import type { RedisClient } from '../connection/redis-client.js';
import type { RedisStreamStore } from '../log/redis-stream-store.js';

/** How long readers elsewhere may take to say that they read, once Redis is there again, in milliseconds. */
const BACK_MS = 3_000;

/** Tells whether streams are read on other replicas. */
export class RemoteReaders {
  /** When Redis was last unreachable, in milliseconds. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    redis: RedisClient,
    private readonly store: Pick<RedisStreamStore, 'isRead'>,
  ) {
    let isLost = false;
    redis.on('close', () => (isLost = true));
    redis.on('ready', () => {
      if (isLost) this.#failedAt = performance.now();
      isLost = false;
    });
  }

  /** Rejects if it is unknown: Redis does not take readers' keys, or did not until a moment ago. */
  async has(id: string): Promise<boolean> {
    const isRead = await this.store.isRead(id).catch((error: unknown) => {
      this.#failedAt = performance.now();
      throw error;
    });
    if (isRead || performance.now() - this.#failedAt > BACK_MS) return isRead;
    throw new SluiceError(
      'stream-log-unavailable',
      'Nobody can say yet whether the stream is read elsewhere',
    );
  }
}
