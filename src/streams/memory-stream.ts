import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { Frame } from '../core/frame.js';
import type { Flow, FlowListener } from '../core/flow.js';
import type { SluiceError } from '../core/sluice-error.js';
import type { Usage } from '../core/usage.js';
import { Pages } from './pages.js';
import { streamGone } from './stream-gone.js';
import type { LoggedStream, StreamCard, StreamWriter } from './stream-log.js';

/** What is longer is given to readers as it is kept: to encode a text again costs more than a view of its bytes. */
const LONG_UNITS = 1024;

/** What a stream takes beside its frames, its card and what its log has of it, in bytes: 2,000 were measured. */
const OWN_BYTES = 2048;

/** Whose stream it is. */
export interface MemoryStreamOwner {
  /** How many bytes are kept, as things are; what is older is dropped. */
  maxBytes(): number;
  /** It holds more or less than it did, or has ended. */
  changed(): void;
  /** Brakes its producer, or lets it go on. */
  brake(on: boolean): void;
}

/**
 * The frames of one stream in memory: a window of so many bytes. A reader that falls out of it is told so. Where even the
 * fastest reader would, the producer is braked: a single slow reader loses nothing, and many do not slow each other.
 */
export class MemoryStream implements StreamWriter, Source {
  readonly #pages = new Pages();
  readonly #readers = new Set<Reader>();
  #ending = false;
  #over = false;
  #braked = false;
  #packed = false;
  #usage: Usage | undefined;

  constructor(
    private readonly card: StreamCard,
    private readonly owner: MemoryStreamOwner,
  ) {}

  get bytes(): number {
    return this.#pages.end - this.#pages.start;
  }

  /** Bytes of memory that it takes: that of its frames, with room to spare, and its own. */
  get held(): number {
    return OWN_BYTES + this.#pages.capacity;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Somebody reads it. */
  get isRead(): boolean {
    return this.#readers.size > 0;
  }

  /** Of a reader: nothing comes after what there is. */
  get ending(): boolean {
    return this.#ending || this.#over;
  }

  get described(): LoggedStream {
    const { firstKept, frames } = this.#pages;
    const state = this.#over ? 'over' : 'running';
    const usage = this.#usage;
    return { ...this.card, state, firstKept, frames, brokenOff: false, ...(usage && { usage }) };
  }

  append(bytes: Frame, isLast = false): void {
    this.#ending = isLast;
    const at = this.#pages.end;
    this.#pages.put(bytes);
    const asKept = bytes.length > LONG_UNITS ? this.#pages.from(at) : undefined;
    for (const reader of this.#readers) reader.follow(at, asKept ?? bytes);
    this.#slide();
    this.owner.changed();
  }

  end(usage?: Usage): void {
    if (this.#over) return;
    this.#over = true;
    this.#usage = usage;
    for (const reader of this.#readers) reader.deliver();
    this.#pack();
    this.owner.changed();
  }

  /** There will be no more, and what there was is not all. */
  fail(error: SluiceError): void {
    this.#over = true;
    for (const reader of this.#readers) reader.fail(error);
  }

  /** There is less room than there was: what its fastest reader has is dropped, and what that one lacks brakes its producer. */
  fit(): void {
    this.#slide();
    const { held } = this;
    this.#pages.clear();
    if (this.held < held) this.owner.changed();
  }

  read(from: number, flow: Flow): Observable<Frame> {
    return new Observable((subscriber) => {
      const at = this.#pages.positionOf(from);
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
    return this.#pages.end;
  }

  /** Of a reader: some of what stands from this position on; undefined at the end. */
  from(position: number): Buffer | undefined {
    return this.#pages.from(position);
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
    if (!this.isRead) this.owner.changed();
  }

  /** A stream that grows has room to spare. It is packed once nobody reads it and nothing comes. */
  #pack(): void {
    if (!this.#over || this.#readers.size > 0 || this.#packed) return;
    this.#packed = true;
    this.#pages.pack();
  }

  /**
   * Keeps the window, or brakes where the fastest reader still needs what would be dropped. A stream that has ended with more
   * than its window holds the rest of it for that reader alone.
   */
  #slide(): void {
    const maxBytes = this.owner.maxBytes();
    if (this.bytes <= maxBytes && !this.#braked) return;
    const places = [...this.#readers].map(({ at }) => at);
    this.#dropUntil(maxBytes, places.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...places));
    const brake = this.bytes > maxBytes && !this.#over && places.length > 0;
    if (brake === this.#braked) return;
    this.#braked = brake;
    this.owner.brake(brake);
  }

  /** Drops the oldest frames before a position. */
  #dropUntil(maxBytes: number, before: number): void {
    const { start } = this.#pages;
    while (this.bytes > maxBytes && this.#pages.start < before) this.#pages.drop();
    if (this.#pages.start === start) return;
    for (const reader of this.#readers) if (reader.at < this.#pages.start) reader.fail(streamGone());
    this.owner.changed();
  }
}

/** What a reader reads from. */
interface Source {
  readonly over: boolean;
  readonly ending: boolean;
  readonly position: number;
  from(position: number): Buffer | undefined;
  readerMoved(): void;
  readerLeft(reader: Reader): void;
}

/** One reader and where it is. */
class Reader implements FlowListener, Unsubscribable {
  #delivering = false;

  constructor(
    private readonly subscriber: Subscriber<Frame>,
    private readonly flow: Flow,
    /** The position of what it needs next. */
    public at: number,
    private readonly source: Source,
  ) {}

  /** What was added at this position: one that has all before it is given it as it came. */
  follow(at: number, bytes: Frame): void {
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
    if (this.source.over && this.at === this.source.position) this.subscriber.complete();
  }

  fail(error: SluiceError): void {
    this.subscriber.error(error);
  }

  /** Of the flow. */
  flowChanged(paused: boolean): void {
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
