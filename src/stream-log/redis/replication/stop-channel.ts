import type { RedisClient } from '../connection/redis-client.js';
import { stopsChannel } from '../connection/keys.js';
import type { LocalStreams } from '../log/local-streams.js';
import type { RedisStreamStore } from '../log/redis-stream-store.js';

/** How long a missed stop request may stay unnoticed, in milliseconds. */
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
    // Covers both orders: a stop that arrives first is looked up, a later one is received.
    for (const client of [subscriber, redis]) client.on('ready', listen);
    this.#checks = setInterval(listen, CHECK_MS);
  }

  /** Requests the stop of a stream from its replica. Rejects if it may not have been received. */
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

  /** Subscribing again shows whether the connection is alive. */
  async #listen(): Promise<void> {
    const { subscriber, replica } = this.options;
    await subscriber.subscribe(stopsChannel(replica)).catch(() => undefined);
    await this.#catchUp();
  }

  /** Looks up stop flags, since messages are missed while the connection is down. */
  async #catchUp(): Promise<void> {
    const { local: own, store } = this.options;
    await Promise.allSettled(
      own.running.map(async (id) => {
        if (await store.isStopped(id)) own.stop(id);
      }),
    );
  }
}
