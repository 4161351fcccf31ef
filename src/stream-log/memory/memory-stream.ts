import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { BackPressure, BackPressureListener } from '../../core/flow-control/back-pressure.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { Usage } from '../../core/usage.js';
import { FrameBuffer } from './frame-buffer.js';
import { streamGone } from '../stream-gone.js';
import type { StreamStatus, StreamMetadata, StreamWriter } from '../stream-log.js';

/** What is longer is given to readers as it is kept: to encode a text again costs more than a view of its bytes. */
const LONG_UNITS = 1024;

/** What a stream takes beside its frames, its card and what its log has of it, in bytes: 2,000 were measured. */
const OWN_BYTES = 2048;

/** Whose stream it is. */
export interface MemoryStreamListener {
  /** How many bytes are kept, as things are; what is older is dropped. */
  maxBytes(): number;
  /** It holds more or less than it did, or has ended. */
  onChange(): void;
  /** Pauses its producer, or resumes it. */
  setPaused(on: boolean): void;
}

/**
 * The frames of one stream in memory: a window of so many bytes. A reader that falls behind it gets `stream-gone`. Where even the
 * fastest reader would, the producer is paused: a single slow reader loses nothing, and many do not slow each other.
 */
export class MemoryStream implements StreamWriter, Source {
  readonly #frames = new FrameBuffer();
  readonly #readers = new Set<Reader>();
  #ending = false;
  #ended = false;
  #paused = false;
  #packed = false;
  #usage: Usage | undefined;

  constructor(
    private readonly metadata: StreamMetadata,
    private readonly owner: MemoryStreamListener,
  ) {}

  get bytes(): number {
    return this.#frames.end - this.#frames.start;
  }

  /** Bytes of memory that it takes: that of its frames, with room to spare, and its own. */
  get held(): number {
    return OWN_BYTES + this.#frames.capacity;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Somebody reads it. */
  get isRead(): boolean {
    return this.#readers.size > 0;
  }

  /** Of a reader: nothing comes after what there is. */
  get ending(): boolean {
    return this.#ending || this.#ended;
  }

  get described(): StreamStatus {
    const { firstRetained, frames } = this.#frames;
    const state = this.#ended ? 'over' : 'running';
    const usage = this.#usage;
    return {
      ...this.metadata,
      state,
      firstRetained,
      frames,
      truncated: false,
      ...(usage && { usage }),
    };
  }

  append(bytes: FrameBytes, isLast = false): void {
    this.#ending = isLast;
    const at = this.#frames.end;
    this.#frames.put(bytes);
    const asRetained = bytes.length > LONG_UNITS ? this.#frames.from(at) : undefined;
    for (const reader of this.#readers) reader.follow(at, asRetained ?? bytes);
    this.#slide();
    this.owner.onChange();
  }

  end(usage?: Usage): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#usage = usage;
    for (const reader of this.#readers) reader.deliver();
    this.#pack();
    this.owner.onChange();
  }

  /** There will be no more, and what there was is not all. */
  fail(error: SluiceError): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.fail(error);
  }

  /** Shrinks the window: frames that its fastest reader has are dropped, and those that it lacks pause the producer. */
  fit(): void {
    this.#slide();
    const { held } = this;
    this.#frames.clear();
    if (this.held < held) this.owner.onChange();
  }

  read(from: number, flow: BackPressure): Observable<FrameBytes> {
    return new Observable((subscriber) => {
      const at = this.#frames.positionOf(from);
      if (at === undefined) return subscriber.error(streamGone());
      const reader = new Reader(subscriber, flow, at, this);
      this.#readers.add(reader);
      flow.add(reader);
      subscriber.add(reader);
      reader.deliver();
      return this.#slide();
    });
  }

  /** Of a reader: the position after the last byte. */
  get position(): number {
    return this.#frames.end;
  }

  /** Of a reader: some of what stands from this position on; undefined at the end. */
  from(position: number): Buffer | undefined {
    return this.#frames.from(position);
  }

  /** Of a reader. */
  readerMoved(): void {
    this.#slide();
  }

  /** Of a reader. */
  readerLeft(reader: Reader): void {
    this.#readers.delete(reader);
    this.#slide();
    this.#pack();
    if (!this.isRead) this.owner.onChange();
  }

  /** A stream that grows has room to spare. It is packed once it has no reader and no new frames. */
  #pack(): void {
    if (!this.#ended || this.#readers.size > 0 || this.#packed) return;
    this.#packed = true;
    this.#frames.pack();
  }

  /**
   * Keeps the window, or pauses where the fastest reader still needs what would be dropped. A stream that has ended with more
   * than its window holds the rest of it for that reader alone.
   */
  #slide(): void {
    const maxBytes = this.owner.maxBytes();
    if (this.bytes <= maxBytes && !this.#paused) return;
    const places = [...this.#readers].map(({ at }) => at);
    this.#dropUntil(maxBytes, places.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...places));
    const pause = this.bytes > maxBytes && !this.#ended && places.length > 0;
    if (pause === this.#paused) return;
    this.#paused = pause;
    this.owner.setPaused(pause);
  }

  /** Drops the oldest frames before a position. */
  #dropUntil(maxBytes: number, before: number): void {
    const { start } = this.#frames;
    while (this.bytes > maxBytes && this.#frames.start < before) this.#frames.drop();
    if (this.#frames.start === start) return;
    for (const reader of this.#readers) if (reader.at < this.#frames.start) reader.fail(streamGone());
    this.owner.onChange();
  }
}

/** What a reader reads from. */
interface Source {
  readonly ended: boolean;
  readonly ending: boolean;
  readonly position: number;
  from(position: number): Buffer | undefined;
  readerMoved(): void;
  readerLeft(reader: Reader): void;
}

/** One reader and where it is. */
class Reader implements BackPressureListener, Unsubscribable {
  #delivering = false;

  constructor(
    private readonly subscriber: Subscriber<FrameBytes>,
    private readonly flow: BackPressure,
    /** The position of what it needs next. */
    public at: number,
    private readonly source: Source,
  ) {}

  /** What was added at this position: one that has all before it is given it as it came. */
  follow(at: number, bytes: FrameBytes): void {
    if (this.at !== at || this.flow.paused || this.#delivering) return this.deliver();
    this.#delivering = true;
    if (this.source.ending) this.flow.end();
    this.at = this.source.position;
    this.subscriber.next(bytes);
    this.#delivering = false;
    return this.deliver();
  }

  /** Everything that it may have now. */
  deliver(): void {
    // What is sent may pause and resume the flow.
    if (this.#delivering) return;
    this.#delivering = true;
    if (this.source.ending) this.flow.end();
    while (!this.flow.paused && !this.subscriber.closed) {
      const bytes = this.source.from(this.at);
      if (bytes === undefined) break;
      this.at += bytes.length;
      this.subscriber.next(bytes);
    }
    this.#delivering = false;
    if (this.source.ended && this.at === this.source.position) this.subscriber.complete();
  }

  fail(error: SluiceError): void {
    this.subscriber.error(error);
  }

  /** Of the flow. */
  onPauseChange(paused: boolean): void {
    if (paused) return;
    this.deliver();
    this.source.readerMoved();
  }

  /** Of the subscriber. */
  unsubscribe(): void {
    this.flow.remove(this);
    this.source.readerLeft(this);
  }
}
