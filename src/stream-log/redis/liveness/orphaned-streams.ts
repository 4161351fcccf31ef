import { SluiceError } from '../../../core/sluice-error.js';
import type { StreamMetadata, TakeoverHandler, TakeoverClaim } from '../../stream-log.js';
import { openingId, FIRST_EPOCH, type Entry } from '../log/log-entry.js';
import type { StoredMetadata } from '../log/stream-metadata.js';
import type { WrittenBefore } from '../log/outbox.js';
import type { ReplicaLiveness } from './replica-liveness.js';
import type { LocalStreams } from '../log/local-streams.js';
import { isFence, type TerminalErrorEncoder, type RedisStreamStore } from '../log/redis-stream-store.js';

/** What resolving orphans needs. */
export interface OrphanedStreamsOptions {
  readonly replica: string;
  readonly store: RedisStreamStore;
  readonly liveness: ReplicaLiveness;
  readonly local: LocalStreams;
  readonly encodeLastFrame: TerminalErrorEncoder;
}

/** Finds the streams whose producer is dead a next one, or an end: Redis lets one replica do so for each. */
export class OrphanedStreams {
  /** Continues orphans whose requests allow it. */
  takeoverHandler: TakeoverHandler | undefined;
  /** Recoveries in progress, by stream id. */
  readonly #resolving = new Map<string, Promise<void>>();
  /** Streams that this replica has claimed and not written to yet. */
  readonly #claimed = new Set<string>();

  constructor(private readonly options: OrphanedStreamsOptions) {}

  /**
   * True for a stream whose producer was dead; it has its end by then, or its next producer. An end that somebody has begun
   * is finished, whoever lives: its producer is shut out.
   */
  async resolve({ metadata, replica }: StoredMetadata, last: Entry): Promise<boolean> {
    // Without a frame that says so its end would look like success: a replica that knows the dialect ends it.
    if (this.#frameFor(metadata, 0) === undefined) return false;
    if (!isFence(last) && !(await this.#isOrphan(metadata.id, last.claimedBy ?? replica))) return false;
    const { id } = metadata;
    const work =
      this.#resolving.get(id) ?? this.#settle(metadata, last).finally(() => this.#resolving.delete(id));
    this.#resolving.set(id, work);
    await work;
    return true;
  }

  /** This replica lives; but it may have claimed a stream without hearing that it has. */
  async #isOrphan(id: string, producer: string): Promise<boolean> {
    const { replica, local: own, liveness } = this.options;
    if (producer !== replica) return liveness.isDead(producer);
    return !own.has(id) && !this.#claimed.has(id) && !this.#resolving.has(id);
  }

  async #settle(metadata: StreamMetadata, last: Entry): Promise<void> {
    // A stream is taken over once: only from its first producer.
    if (last.epoch === FIRST_EPOCH && (await this.#findTakeover(metadata, last.epoch + 1))) return;
    await this.options.store.endFor(metadata.id, (number) => this.#terminalFrame(metadata, number), last);
  }

  async #findTakeover(metadata: StreamMetadata, epoch: number): Promise<boolean> {
    const { store } = this.options;
    const { takeoverHandler: successor } = this;
    const takeoverRequest = successor && (await store.takeoverRequest(metadata.id));
    if (successor === undefined || takeoverRequest === undefined || (await store.isStopped(metadata.id)))
      return false;
    const before = await store.readAll(metadata.id);
    if (before === undefined) return false;
    return successor({
      metadata,
      takeoverRequest,
      epoch,
      ...before,
      claim: () => this.#claim(metadata, epoch, before),
    });
  }

  async #claim(
    metadata: StreamMetadata,
    epoch: number,
    before: WrittenBefore,
  ): Promise<TakeoverClaim | undefined> {
    const { store, replica } = this.options;
    const { id } = metadata;
    this.#claimed.add(id);
    try {
      if (await store.claim(id, replica, epoch, before.frames))
        return await this.#takeOver(metadata, epoch, before);
    } catch (error) {
      this.#claimed.delete(id);
      throw error;
    }
    this.#claimed.delete(id);
    return undefined;
  }

  /** From the claim on the producer before is shut out; it may have written until then. */
  async #takeOver(
    metadata: StreamMetadata,
    epoch: number,
    before: WrittenBefore,
  ): Promise<TakeoverClaim | undefined> {
    const { store, local: own } = this.options;
    const { id } = metadata;
    const endAt = (number: number, frame?: string) =>
      store
        .endClaimed(id, epoch, number, frame)
        .catch(() => undefined)
        .finally(() => this.#claimed.delete(id));
    const last = await store.lastEntry(id, openingId(epoch));
    const frames = last === undefined ? 0 : last.first + last.count;
    if (frames !== before.frames || last?.end === true) {
      await endAt(frames, last?.end === true ? undefined : this.#terminalFrame(metadata, frames));
      return undefined;
    }
    return {
      continueWith: (owner) => {
        const writer = own.takeOver({ metadata, epoch, before }, owner);
        this.#claimed.delete(id);
        this.#stopIfRequested(id).catch(() => undefined);
        return writer;
      },
      release: () => void endAt(frames, this.#terminalFrame(metadata, frames)),
    };
  }

  /** A stop that was requested before the takeover went to the dead replica. */
  async #stopIfRequested(id: string): Promise<void> {
    const { store, local: own } = this.options;
    if (await store.isStopped(id)) own.stop(id);
  }

  #terminalFrame(metadata: StreamMetadata, number: number): string {
    const frame = this.#frameFor(metadata, number);
    if (frame === undefined) throw new Error(`The dialect ${metadata.dialect} is not known here`);
    return frame;
  }

  #frameFor(metadata: StreamMetadata, number: number): string | undefined {
    const error = new SluiceError('upstream-cut', 'The replica that produced this stream is gone; ask again');
    return this.options.encodeLastFrame(metadata, number, error);
  }
}
