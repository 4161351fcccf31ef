import { serializeAlias, parseAlias, type StreamAlias } from '../../stream-alias.js';
import type { RedisClient } from '../connection/redis-client.js';
import { onceKey } from '../connection/keys.js';
import { TtlRenewals } from '../connection/ttl-renewals.js';

/** The names under which replicas find each other's streams. A name is kept while its stream runs, and `keepMs` longer. */
export class StreamAliases {
  /** The streams of this replica that run, by the keys of their names. */
  readonly #running = new Map<string, StreamAlias>();
  readonly #renewals: TtlRenewals;

  constructor(
    private readonly redis: RedisClient,
    private readonly keepMs: () => number,
  ) {
    const renew = () => {
      for (const [key, stream] of this.#running) void this.#renew(key, stream).catch(() => undefined);
    };
    this.#renewals = new TtlRenewals({ redis, ttlMs: keepMs, renew });
  }

  /** A name that cannot be written is not found, or is written with the next renewal. */
  set(name: string, stream: StreamAlias): void {
    const key = onceKey(name);
    const written = stream.ended === undefined ? this.#begin(key, stream) : this.#end(key, stream);
    written.catch(() => undefined);
  }

  /** Rejects where Redis does not answer. */
  find(name: string): Promise<StreamAlias | undefined> {
    return this.#read(onceKey(name));
  }

  close(): void {
    this.#renewals.close();
    this.#running.clear();
  }

  async #begin(key: string, stream: StreamAlias): Promise<void> {
    this.#running.set(key, stream);
    this.#renewals.begun(this.keepMs());
    await this.#write(key, stream);
  }

  /** A newer stream may have the name meanwhile. */
  async #end(key: string, stream: StreamAlias): Promise<void> {
    if (this.#running.get(key)?.id === stream.id) this.#running.delete(key);
    const known = await this.#read(key);
    if (known === undefined || known.id === stream.id) await this.#write(key, stream);
  }

  async #renew(key: string, stream: StreamAlias): Promise<void> {
    const isMissing = (await this.redis.pexpire(key, this.keepMs())) === 0;
    if (isMissing && this.#running.get(key) === stream) await this.#write(key, stream);
  }

  async #write(key: string, stream: StreamAlias): Promise<void> {
    await this.redis.set(key, serializeAlias(stream), 'PX', this.keepMs());
  }

  async #read(key: string): Promise<StreamAlias | undefined> {
    const text = await this.redis.get(key);
    return text === null ? undefined : parseAlias(text);
  }
}
