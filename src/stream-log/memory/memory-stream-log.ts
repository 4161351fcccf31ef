import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { throwError, type Observable } from 'rxjs';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../core/settings.js';
import type { ListPlace } from '../list-place.js';
import { OwnerLists } from './owner-lists.js';
import { MemoryStream, type MemoryStreamListener } from './memory-stream.js';
import { streamGone } from '../stream-gone.js';
import {
  StreamLog,
  type ListRange,
  type StreamStatus,
  type StreamMetadata,
  type ProducerControl,
  type StreamPage,
} from '../stream-log.js';

/** How many streams that were forgotten are still known to have been. */
const REMEMBERED = 10_000;

/** What a stream that is kept has of the log. */
interface RetentionListener {
  maxBytes(): number;
  onChange(id: string, retained: Retained): void;
}

class Retained implements MemoryStreamListener {
  readonly stream: MemoryStream;
  /** Bytes of memory that are counted for it in the sum. */
  counted = 0;
  endedTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly metadata: StreamMetadata,
    /** Undefined once the stream is over: what is kept must not lead to what has produced it. */
    public owner: ProducerControl | undefined,
    private readonly keeper: RetentionListener,
  ) {
    this.stream = new MemoryStream(metadata, this);
  }

  maxBytes(): number {
    return this.keeper.maxBytes();
  }

  onChange(): void {
    this.keeper.onChange(this.metadata.id, this);
  }

  /** Its readers may go on after the log has dropped it, and another stream may have its id by then. */
  setPaused(on: boolean): void {
    this.owner?.setPaused(on);
  }
}

/**
 * The log of one process: it serves one replica, and is gone with it. Where there is no room, the streams that ended and
 * were not read for the longest time leave first.
 */
@Injectable()
export class MemoryStreamLog extends StreamLog implements RetentionListener {
  readonly #streams = new Map<string, Retained>();
  /** Those that ended, the least recently read first. */
  readonly #ended = new Set<string>();
  readonly #lists = new OwnerLists();
  readonly #forgotten = new LRUCache<string, StreamStatus>({ max: REMEMBERED });
  #held = 0;
  #closed = false;
  #heldOutside = () => 0;

  /** A host holds this log: the settings lead to keys, and are not to be seen from outside. */
  readonly #settings: Pick<SluiceSettings, 'streamLog'>;

  constructor(@Inject(SLUICE_SETTINGS) settings: Pick<SluiceSettings, 'streamLog'>) {
    super();
    this.#settings = settings;
  }

  /** Bytes of frames that are kept. */
  get bytes(): number {
    return [...this.#streams.values()].reduce((sum, { stream }) => sum + stream.bytes, 0);
  }

  /** Bytes of memory that it takes, with those of streams that are forgotten and read to their end. `maxBytes` is for these. */
  get held(): number {
    return this.#held;
  }

  /** Gives bytes of memory that count for `maxBytes` too. */
  countAlso(held: () => number): void {
    this.#heldOutside = held;
  }

  override begin(metadata: StreamMetadata, owner: ProducerControl): MemoryStream {
    const retained = new Retained(metadata, owner, this);
    this.#streams.set(metadata.id, retained);
    this.#lists.add(metadata);
    this.onChange(metadata.id, retained);
    return retained.stream;
  }

  /** Of a stream: how many bytes of it are kept, as things are. */
  maxBytes(): number {
    return this.#isFull ? 0 : this.#settings.streamLog.maxBytesPerStream;
  }

  /** True for a stream of which something may be here. */
  has(id: string): boolean {
    return this.#streams.has(id);
  }

  override async find(id: string): Promise<StreamStatus | undefined> {
    return this.#streams.get(id)?.stream.described ?? this.#forgotten.get(id);
  }

  override read(id: string, from: number, flow: BackPressure, epoch = 1): Observable<FrameBytes> {
    const retained = this.#streams.get(id);
    // What another producer has written is not here.
    if (retained === undefined || epoch > 1) {
      return throwError(streamGone);
    }
    if (this.#ended.delete(id)) this.#ended.add(id);
    return retained.stream.read(from, flow);
  }

  override async list(owner: string, { limit, after }: ListRange): Promise<StreamPage> {
    const places = this.places(owner, after, limit + 1, () => true);
    const page = places.slice(0, limit);
    const streams = page.flatMap(({ id }) => this.#streams.get(id)?.stream.described ?? []);
    return { streams, next: places.length > limit ? page.at(-1) : undefined };
  }

  /** Where the streams of an owner stand behind a place, the newest first, and so many of those that `isListed` is true for. */
  places(
    owner: string,
    after: ListPlace | undefined,
    count: number,
    isListed: (id: string) => boolean,
  ): ListPlace[] {
    const places: ListPlace[] = [];
    for (const { id, startedAt } of this.#lists.after(owner, after)) {
      if (places.length === count) break;
      if (isListed(id)) places.push({ id, startedAt });
    }
    return places;
  }

  override async stop(id: string): Promise<void> {
    const retained = this.#streams.get(id);
    retained?.owner?.stop();
  }

  /** Removes a stream; its present readers continue. */
  drop(id: string): void {
    const retained = this.#streams.get(id);
    if (retained === undefined) return;
    this.#release(id, retained);
  }

  /** Forgets everything. Streams that run are their producers' business. */
  override async close(): Promise<void> {
    for (const { endedTimer } of this.#streams.values()) clearTimeout(endedTimer);
    this.#streams.clear();
    this.#lists.clear();
    this.#ended.clear();
    this.#held = 0;
    this.#closed = true;
  }

  /** Of a stream: it holds more or less than it did, or has ended. */
  onChange(id: string, retained: Retained): void {
    if (retained.stream.ended) retained.owner = undefined;
    if (this.#closed) return;
    const isHere = this.#streams.get(id) === retained;
    this.#count(retained, isHere);
    if (!isHere) return;
    if (retained.stream.ended && retained.endedTimer === undefined) {
      this.#ended.add(id);
      retained.endedTimer = setTimeout(
        () => this.#forget(id),
        this.#settings.streamLog.keepSeconds * 1000,
      ).unref();
    }
    if (this.#isFull) this.#makeRoom(retained.stream);
  }

  /** A running stream is not evicted, but one that grows keeps only what its fastest reader lacks, and is paused. */
  #makeRoom(grown: MemoryStream): void {
    for (const id of this.#ended) {
      if (!this.#isFull) return;
      this.#forget(id);
    }
    if (this.#isFull) grown.fit();
  }

  get #isFull(): boolean {
    return this.#held + this.#heldOutside() > this.#settings.streamLog.maxBytes;
  }

  /** An evicted stream is held as long as it has a reader. */
  #count(retained: Retained, isHere: boolean): void {
    const held = isHere || retained.stream.isRead ? retained.stream.held : 0;
    this.#held += held - retained.counted;
    retained.counted = held;
  }

  #forget(id: string): void {
    const retained = this.#streams.get(id);
    if (retained === undefined) return;
    this.#release(id, retained);
    const { described } = retained.stream;
    this.#forgotten.set(id, { ...described, state: 'over', firstRetained: described.frames });
  }

  #release(id: string, retained: Retained): void {
    clearTimeout(retained.endedTimer);
    this.#streams.delete(id);
    this.#lists.remove(retained.metadata);
    this.#ended.delete(id);
    this.#count(retained, false);
  }
}
