import type { RedisClient } from './connect.js';
import { stopsChannel } from './keys.js';
import type { OwnStreams } from './own-streams.js';
import type { StreamShelf } from './stream-shelf.js';

/** What it is made of. */
export interface StopLineOptions {
  readonly redis: RedisClient;
  /** A connection of its own. */
  readonly subscriber: RedisClient;
  readonly replica: string;
  readonly shelf: StreamShelf;
  readonly own: OwnStreams;
}

/** Carries wishes for the end of a stream to the replica that produces it. */
export class StopLine {
  constructor(private readonly options: StopLineOptions) {
    const { subscriber, replica, own } = options;
    subscriber.on('message', (_channel: string, id: string) => own.stop(id));
    subscriber.on('ready', () => void this.#catchUp());
    subscriber.subscribe(stopsChannel(replica)).catch(() => undefined);
  }

  /** Asks a replica to stop a stream. Rejects where Redis does not answer. */
  async ask(id: string, replica: string): Promise<void> {
    const { redis, shelf } = this.options;
    await shelf.markStopped(id);
    await redis.publish(stopsChannel(replica), id);
  }

  close(): void {
    this.options.subscriber.disconnect();
  }

  /** Who did not listen for a while has missed what was said. */
  async #catchUp(): Promise<void> {
    const { own, shelf } = this.options;
    await Promise.allSettled(
      own.running.map(async (id) => {
        if (await shelf.isStopped(id)) own.stop(id);
      }),
    );
  }
}
