import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { defer, throwError, type Observable } from 'rxjs';
import type { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { SluiceSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { ListPlace } from '../list-place.js';
import { MemoryStreamLog } from '../memory/memory-stream-log.js';
import type { StreamAlias } from '../stream-alias.js';
import {
  StreamLog,
  type TakeoverHandler,
  type ListRange,
  type StreamStatus,
  type StreamMetadata,
  type ProducerControl,
  type StreamPage,
  type StreamWriter,
} from '../stream-log.js';
import { streamGone } from '../stream-gone.js';
import {
  connectRedis,
  connectSubscriber,
  connectWriter,
  inOneWrite,
  type RedisClient,
} from './connection/redis-client.js';
import { BatchScheduler } from './log/batch-scheduler.js';
import { suspicionMs, ReplicaLease, checkIntervalMs } from './liveness/replica-lease.js';
import { Mirror } from './replication/mirror.js';
import { OrphanedStreams } from './liveness/orphaned-streams.js';
import { OwnerIndex } from './index/owner-index.js';
import { ReplicaLiveness } from './liveness/replica-liveness.js';
import { LocalStreams } from './log/local-streams.js';
import { readList } from './index/read-list.js';
import { RemoteReaders } from './replication/remote-readers.js';
import { StopChannel } from './replication/stop-channel.js';
import { StreamAliases } from './index/stream-aliases.js';
import { RedisStreamStore, type TerminalErrorEncoder } from './log/redis-stream-store.js';
import { isTakenOver, statusOf } from './log/stored-status.js';

/** How long a shutdown waits for what is not yet in Redis, in milliseconds. */
const FLUSH_MS = 2_000;
/**
 * A client can be quicker than the news of its stream, by more than 200 ms where a slow replica has begun hundreds at once:
 * the pauses before one is said to be unknown, in milliseconds.
 */
const NEWS_MS = [10, 30, 60, 100, 300, 500];
/** What a client that comes too early should wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** What a log in Redis is made of. */
export interface RedisStreamLogOptions {
  readonly url: string;
  readonly settings: Pick<SluiceSettings, 'streamLog'>;
  readonly encodeLastFrame: TerminalErrorEncoder;
}

/**
 * The log that replicas share. Each has its own streams in memory, where its readers read, and sends them to Redis; for
 * the streams of others it has mirrors. The protocol is in docs/resuming.md.
 */
export class RedisStreamLog extends StreamLog implements BeforeApplicationShutdown {
  readonly #replica = randomUUID();
  readonly #local: MemoryStreamLog;
  readonly #redis: RedisClient;
  readonly #writer: RedisClient;
  readonly #localStreams: LocalStreams;
  readonly #mirrors = new Map<string, Mirror>();
  readonly #store: RedisStreamStore;
  readonly #readers: RemoteReaders;
  readonly #orphans: OrphanedStreams;
  readonly #index: OwnerIndex;
  readonly #aliases: StreamAliases;
  readonly #lease: ReplicaLease;
  readonly #stopChannel: StopChannel;
  #leaving = false;

  /** A host holds this log: the settings lead to keys, and are not to be seen from outside. */
  readonly #settings: Pick<SluiceSettings, 'streamLog'>;

  constructor(options: RedisStreamLogOptions) {
    super();
    this.#settings = options.settings;
    const { url, settings, encodeLastFrame } = options;
    const replica = this.#replica;
    const { leaseMs } = settings.streamLog;
    this.#local = new MemoryStreamLog(settings);
    this.#redis = connectRedis(url);
    this.#writer = connectWriter(url);
    this.#store = new RedisStreamStore(this.#redis, this.#keepMs);
    this.#readers = new RemoteReaders(this.#redis, this.#store);
    const scheduler = new BatchScheduler((leave) => inOneWrite(this.#writer, leave));
    this.#index = new OwnerIndex(this.#redis, () => 2 * this.#keepMs(), this.#writer);
    this.#lease = new ReplicaLease(this.#redis, replica, leaseMs);
    this.#localStreams = new LocalStreams({
      redis: this.#writer,
      replica,
      settings,
      scheduler,
      index: this.#index,
      onShutOut: (id) => void this.#leave(id),
    });
    this.#local.countAlso(() => this.#localStreams.waitingBytes);
    this.#orphans = new OrphanedStreams({
      replica,
      store: this.#store,
      liveness: new ReplicaLiveness(this.#redis, suspicionMs(leaseMs)),
      local: this.#localStreams,
      encodeLastFrame,
    });
    this.#aliases = new StreamAliases(this.#redis, this.#keepMs);
    this.#stopChannel = new StopChannel({
      redis: this.#redis,
      subscriber: connectSubscriber(this.#redis),
      replica,
      store: this.#store,
      local: this.#localStreams,
    });
  }

  override begin(metadata: StreamMetadata, owner: ProducerControl, takeoverRequest?: string): StreamWriter {
    return this.#localStreams.begin(metadata, owner, this.#local.begin(metadata, owner), takeoverRequest);
  }

  override onOrphan(successor: TakeoverHandler): void {
    this.#orphans.takeoverHandler = successor;
  }

  override async find(id: string): Promise<StreamStatus | undefined> {
    if (this.#isHere(id)) return this.#local.find(id);
    if (this.#leaving) throw unavailable();
    for (const pauseMs of [...NEWS_MS, 0]) {
      const found = (await this.#request(() => this.#findRemote(id))) ?? (await this.#local.find(id));
      if (found !== undefined) return found;
      await setTimeout(pauseMs);
    }
    return undefined;
  }

  override read(
    id: string,
    from: number,
    flow: BackPressure,
    epoch = 1,
    countsAsReader = true,
  ): Observable<FrameBytes> {
    return defer(() => {
      if (this.#isHere(id)) return this.#local.read(id, from, flow, epoch);
      return this.#leaving
        ? throwError(unavailable)
        : this.#mirrorOf(id).read(from, flow, epoch, countsAsReader);
    });
  }

  override list(owner: string, range: ListRange): Promise<StreamPage> {
    const isHere = (id: string) => this.#isHere(id);
    const source = {
      here: (after: ListPlace | undefined, count: number) => this.#local.places(owner, after, count, isHere),
      everywhere: (after: ListPlace | undefined, count: number) => this.#index.list(owner, after, count),
      find: (id: string) => (isHere(id) ? this.#local.find(id) : this.#findWhole(id)),
      forget: (gone: readonly ListPlace[]) => void this.#index.remove(owner, gone).catch(() => undefined),
    };
    return this.#request(() => readList(source, range));
  }

  override async stop(id: string): Promise<void> {
    if (this.#isHere(id)) return this.#local.stop(id);
    if (this.#localStreams.produces(id)) return this.#localStreams.stop(id);
    const known = await this.#request(() => this.#store.status(id));
    // The replica that has claimed it writes its metadata later.
    const producer = known?.last?.claimedBy ?? known?.metadata.replica;
    if (producer !== undefined) await this.#request(() => this.#stopChannel.request(id, producer));
  }

  /** Of a stream that another replica has taken over they read that one's. */
  override async isReadElsewhere(id: string): Promise<boolean> {
    if (this.#localStreams.has(id) && !this.#localStreams.produces(id)) return false;
    return this.#request(() => this.#readers.has(id));
  }

  override setAlias(name: string, stream: StreamAlias): void {
    this.#aliases.set(name, stream);
  }

  override findByAlias(name: string): Promise<StreamAlias | undefined> {
    return this.#request(() => this.#aliases.find(name));
  }

  /** Local readers of other replicas' streams can reconnect elsewhere: the process need not wait for the end. */
  beforeApplicationShutdown(): void {
    this.#leaving = true;
    for (const mirror of this.#mirrors.values()) mirror.close(unavailable());
  }

  override async close(): Promise<void> {
    this.beforeApplicationShutdown();
    await Promise.race([this.#localStreams.flush(), setTimeout(FLUSH_MS, undefined, { ref: false })]);
    this.#localStreams.close();
    this.#aliases.close();
    this.#stopChannel.close();
    await this.#lease.close().catch(() => undefined);
    this.#redis.disconnect();
    this.#writer.disconnect();
    await this.#local.close();
  }

  /** Produced here, and kept in this process' memory. */
  #isHere(id: string): boolean {
    return this.#local.has(id) && !this.#mirrors.has(id);
  }

  #mirrorOf(id: string): Mirror {
    const known = this.#mirrors.get(id);
    if (known !== undefined) return known;
    const mirror = new Mirror({
      id,
      local: this.#local,
      store: this.#store,
      checkIntervalMs: checkIntervalMs(this.#settings.streamLog.leaseMs),
      check: (stream) => this.#check(stream),
      stop: () => void this.stop(id).catch(() => undefined),
      onUnused: () => this.#mirrors.delete(id),
    });
    this.#mirrors.set(id, mirror);
    return mirror;
  }

  async #findRemote(id: string): Promise<StreamStatus | undefined> {
    const known = await this.#store.status(id);
    if (known?.last === undefined || known.last.end || known.metadata.lost) return known && statusOf(known);
    // What is there can be read, whether it can be ended or not.
    const isOther = await this.#orphans.resolve(known.metadata, known.last).catch(() => false);
    return statusOf((isOther && (await this.#store.status(id))) || known);
  }

  /** Undefined also for one whose frames are not kept any more. */
  async #findWhole(id: string): Promise<StreamStatus | undefined> {
    const found = await this.#findRemote(id);
    return found?.firstRetained === 0 ? found : undefined;
  }

  /** True for a stream that is ended now, or has another producer. Rejects with `stream-gone` where there is nothing to wait for. */
  async #check(id: string): Promise<boolean> {
    const { metadata: meta, last } = (await this.#store.status(id)) ?? {};
    if (meta === undefined || meta.lost || last === undefined) throw streamGone();
    return last.end || this.#orphans.resolve(meta, last);
  }

  /** If another replica continues a stream that began here, new readers read that replica's frames. */
  async #leave(id: string): Promise<void> {
    const isTaken = await this.#store.status(id).then(isTakenOver, () => true);
    if (isTaken && this.#isHere(id)) this.#local.drop(id);
  }

  readonly #keepMs = () => this.#settings.streamLog.keepSeconds * 1000;

  /** The answer of Redis; throws if there is none. */
  async #request<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      throw unavailable();
    }
  }
}

function unavailable(): SluiceError {
  return new SluiceError('stream-log-unavailable', 'The stream log cannot be reached; ask again', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
