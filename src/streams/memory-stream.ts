import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { Frame } from '../core/frame.js';
import type { Flow, FlowListener } from '../core/flow.js';
import type { SluiceError } from '../core/sluice-error.js';
import { framesIn, joinFrames, withoutFrames } from './frames.js';
import { Pages, type Place } from './pages.js';
import { streamGone } from './stream-gone.js';
import type { LoggedStream, StreamCard, StreamWriter } from './stream-log.js';

/** Frames that were sent together, the number of the first, and where they stand. */
interface Entry extends Place {
  readonly first: number;
  readonly frames: number;
}

/** Frames of a stream that is over are kept together in about so many bytes: what a reader is given at once. */
const PACK_BYTES = 64 * 1024;

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
  #entries: Entry[] = [];
  readonly #readers = new Set<Reader>();
  /** How many entries were dropped. */
  #dropped = 0;
  #frames = 0;
  #bytes = 0;
  #ending = false;
  #over = false;
  #braked = false;
  #packed = false;

  constructor(
    private readonly card: StreamCard,
    private readonly owner: MemoryStreamOwner,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Of a reader: nothing comes after what there is. */
  get ending(): boolean {
    return this.#ending || this.#over;
  }

  get described(): LoggedStream {
    const firstKept = this.#dropped === 0 ? 0 : (this.#entries[0]?.first ?? this.#frames);
    return {
      ...this.card,
      state: this.#over ? 'over' : 'running',
      firstKept,
      frames: this.#frames,
      brokenOff: false,
    };
  }

  append(bytes: Frame, isLast = false): void {
    this.#ending = isLast;
    const frames = framesIn(bytes);
    const { page, from, to } = this.#pages.put(bytes);
    this.#entries.push({ first: this.#frames, frames, page, from, to });
    this.#frames += frames;
    this.#bytes += to - from;
    for (const reader of this.#readers) reader.deliver();
    this.#slide();
    this.owner.changed();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
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
  }

  read(from: number, flow: Flow): Observable<Frame> {
    return new Observable((subscriber) => {
      const at = this.#placeOf(from);
      if (at === undefined) return subscriber.error(streamGone());
      const reader = new Reader(subscriber, flow, at, from, this);
      this.#readers.add(reader);
      flow.add(reader);
      subscriber.add(reader);
      reader.deliver();
      return this.#slide();
    });
  }

  /** Of a reader. */
  entry(place: number): Entry | undefined {
    return this.#entries[place - this.#dropped];
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
  }

  /** Frame by frame a stream takes three times its bytes. It is packed once nobody reads it and nothing comes. */
  #pack(): void {
    if (!this.#over || this.#readers.size > 0 || this.#packed) return;
    this.#packed = true;
    this.#entries = packed(this.#entries);
    this.#pages.release();
  }

  /** The place, among all entries that ever were, of the one with this frame. */
  #placeOf(frame: number): number | undefined {
    const index = this.#entries.findIndex(({ first, frames }) => frame < first + frames);
    if (index === -1) return frame === this.#frames ? this.#dropped + this.#entries.length : undefined;
    return frame < (this.#entries[index]?.first ?? 0) ? undefined : this.#dropped + index;
  }

  /**
   * Keeps the window, or brakes where the fastest reader still needs what would be dropped. A stream that has ended with more
   * than its window holds the rest of it for that reader alone.
   */
  #slide(): void {
    const maxBytes = this.owner.maxBytes();
    if (this.#bytes <= maxBytes && !this.#braked) return;
    const places = [...this.#readers].map(({ at }) => at);
    this.#dropUntil(maxBytes, places.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...places));
    const brake = this.#bytes > maxBytes && !this.#over && places.length > 0;
    if (brake === this.#braked) return;
    this.#braked = brake;
    this.owner.brake(brake);
  }

  /** Drops the oldest entries before a place. */
  #dropUntil(maxBytes: number, before: number): void {
    const dropped = this.#dropped;
    while (this.#bytes > maxBytes && this.#dropped < before) {
      const oldest = this.#entries.shift();
      if (oldest === undefined) break;
      this.#bytes -= oldest.to - oldest.from;
      this.#dropped += 1;
    }
    if (this.#dropped === dropped) return;
    for (const reader of this.#readers) if (reader.at < this.#dropped) reader.fail(streamGone());
    this.owner.changed();
  }
}

function bytesOf({ page, from, to }: Place): Buffer {
  return page.subarray(from, to);
}

/** The same frames in few entries. */
function packed(entries: readonly Entry[]): Entry[] {
  const packs: Entry[] = [];
  for (let at = 0; at < entries.length;) {
    const parts: Buffer[] = [];
    const first = entries[at]?.first ?? 0;
    let [frames, size] = [0, 0];
    for (; at < entries.length && size < PACK_BYTES; at += 1) {
      const entry = entries[at];
      if (entry === undefined) break;
      parts.push(bytesOf(entry));
      frames += entry.frames;
      size += entry.to - entry.from;
    }
    const page = joinFrames(parts);
    packs.push({ first, frames, page, from: 0, to: page.length });
  }
  return packs;
}

/** What a reader reads from. */
interface Source {
  readonly over: boolean;
  readonly ending: boolean;
  entry(place: number): Entry | undefined;
  readerMoved(): void;
  readerLeft(reader: Reader): void;
}

/** One reader and where it is. */
class Reader implements FlowListener, Unsubscribable {
  #delivering = false;

  constructor(
    private readonly subscriber: Subscriber<Frame>,
    private readonly flow: Flow,
    /** The place of the entry that it needs next. */
    public at: number,
    /** The frame that it wants first: it may stand within an entry. */
    private from: number,
    private readonly source: Source,
  ) {}

  /** Everything that it may have now. */
  deliver(): void {
    // What is sent may pause and resume the flow.
    if (this.#delivering) return;
    this.#delivering = true;
    if (this.source.ending) this.flow.end();
    while (!this.flow.paused && !this.subscriber.closed) {
      const entry = this.source.entry(this.at);
      if (entry === undefined) break;
      this.at += 1;
      const known = this.from - entry.first;
      this.from = 0;
      const bytes = bytesOf(entry);
      this.subscriber.next(known > 0 ? withoutFrames(bytes, known) : bytes);
    }
    this.#delivering = false;
    if (this.source.over && this.source.entry(this.at) === undefined) this.subscriber.complete();
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
