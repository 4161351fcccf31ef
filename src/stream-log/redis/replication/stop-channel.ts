import type { RedisClient } from '../connection/redis-client.js';
import { stopsChannel } from '../connection/keys.js';
import type { LocalStreams } from '../log/local-streams.js';
import type { RedisStreamStore } from '../log/redis-stream-store.js';

/** How long a wish that was not heard stays unknown, in milliseconds. */
const CHECK_MS = 10_000;

/** What it is made of. */
export interface StopChannelOptions {
  readonly redis: RedisClient;
  /** A connection of its own. */
  readonly subscriber: RedisClient;
  readonly replica: string;
  readonly store: RedisStreamStore;
  readonly local: Pick<LocalStreams, 'running' | 'stop'>;
}

/** Carries wishes for the end of a stream to the replica that produces it. */
export class StopChannel {
  readonly #checks: NodeJS.Timeout;

  constructor(private readonly options: StopChannelOptions) {
    const { redis, subscriber, local: own } = options;
    const listen = () => void this.#listen();
    subscriber.on('message', (_channel: string, id: string) => own.stop(id));
    // Whichever is there later: what one hears of, the other one looks up.
    for (const client of [subscriber, redis]) client.on('ready', listen);
    this.#checks = setInterval(listen, CHECK_MS);
  }

  /** Asks a replica to stop a stream. Rejects where it is not known that anybody has heard it. */
  async request(id: string, replica: string): Promise<void> {
    const { redis, store } = this.options;
    // A Redis without memory keeps no marks, and passes messages on.
    const marked = await store.markStopped(id).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const heard = await redis.publish(stopsChannel(replica), id);
    if (marked !== undefined && heard === 0) throw marked.error;
  }

  close(): void {
    clearInterval(this.#checks);
    this.options.subscriber.disconnect();
  }

  /** Who asks again for what it has already learns whether the connection is alive. */
  async #listen(): Promise<void> {
    const { subscriber, replica } = this.options;
    await subscriber.subscribe(stopsChannel(replica)).catch(() => undefined);
    await this.#catchUp();
  }

  /** Who did not listen for a while has missed what was said. */
  async #catchUp(): Promise<void> {
    const { local: own, store } = this.options;
    await Promise.allSettled(
      own.running.map(async (id) => {
        if (await store.isStopped(id)) own.stop(id);
      }),
    );
  }
}
