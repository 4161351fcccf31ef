import { Observable, type Subscriber } from 'rxjs';
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

/** What a stream is made of. */
export interface MemoryStreamOptions {
  readonly card: StreamCard;
  /** How many bytes are kept, as things are; what is older is dropped. */
  readonly maxBytes: () => number;
  /** Called when it holds more, and when it has ended. */
  readonly onChange: () => void;
  /** Brakes its producer, or lets it go on. */
  readonly brake: (on: boolean) => void;
}

/**
 * The frames of one stream in memory: a window of so many bytes. A reader that falls out of it is told so. Where even the
 * fastest reader would, the producer is braked: a single slow reader loses nothing, and many do not slow each other.
 */
export class MemoryStream implements StreamWriter {
  readonly #pages = new Pages();
  #entries: Entry[] = [];
  readonly #readers = new Set<Reader>();
  /** How many entries were dropped. */
  #dropped = 0;
  #frames = 0;
  #bytes = 0;
  #over = false;
  #braked = false;
  #packed = false;

  constructor(private readonly options: MemoryStreamOptions) {}

  get bytes(): number {
    return this.#bytes;
  }

  get over(): boolean {
    return this.#over;
  }

  get described(): LoggedStream {
    const firstKept = this.#dropped === 0 ? 0 : (this.#entries[0]?.first ?? this.#frames);
    return {
      ...this.options.card,
      state: this.#over ? 'over' : 'running',
      firstKept,
      frames: this.#frames,
      brokenOff: false,
    };
  }

  append(bytes: Frame): void {
    const frames = framesIn(bytes);
    const { page, from, to } = this.#pages.put(bytes);
    this.#entries.push({ first: this.#frames, frames, page, from, to });
    this.#frames += frames;
    this.#bytes += to - from;
    for (const reader of this.#readers) reader.deliver();
    this.#slide();
    this.options.onChange();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const reader of this.#readers) reader.deliver();
    this.#pack();
    this.options.onChange();
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
      const reader = new Reader(subscriber, flow, at, from, {
        entry: (place) => this.#entries[place - this.#dropped],
        isOver: () => this.#over,
      });
      this.#readers.add(reader);
      const onFlow: FlowListener = {
        flowChanged: (paused) => {
          if (paused) return;
          reader.deliver();
          this.#slide();
        },
      };
      flow.add(onFlow);
      subscriber.add(() => {
        flow.remove(onFlow);
        this.#readers.delete(reader);
        this.#slide();
        this.#pack();
      });
      reader.deliver();
      return this.#slide();
    });
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
    const maxBytes = this.options.maxBytes();
    if (this.#bytes <= maxBytes && !this.#braked) return;
    const places = [...this.#readers].map(({ at }) => at);
    this.#dropUntil(maxBytes, places.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...places));
    const brake = this.#bytes > maxBytes && !this.#over && places.length > 0;
    if (brake === this.#braked) return;
    this.#braked = brake;
    this.options.brake(brake);
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
    this.options.onChange();
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
interface Entries {
  entry(place: number): Entry | undefined;
  isOver(): boolean;
}

/** One reader and where it is. */
class Reader {
  #delivering = false;

  constructor(
    private readonly subscriber: Subscriber<Frame>,
    private readonly flow: Flow,
    /** The place of the entry that it needs next. */
    public at: number,
    /** The frame that it wants first: it may stand within an entry. */
    private from: number,
    private readonly entries: Entries,
  ) {}

  /** Everything that it may have now. */
  deliver(): void {
    // What is sent may pause and resume the flow.
    if (this.#delivering) return;
    this.#delivering = true;
    while (!this.flow.paused && !this.subscriber.closed) {
      const entry = this.entries.entry(this.at);
      if (entry === undefined) break;
      this.at += 1;
      const known = this.from - entry.first;
      this.from = 0;
      const bytes = bytesOf(entry);
      this.subscriber.next(known > 0 ? withoutFrames(bytes, known) : bytes);
    }
    this.#delivering = false;
    if (!this.entries.isOver()) return;
    this.flow.end();
    if (this.entries.entry(this.at) === undefined) this.subscriber.complete();
  }

  fail(error: SluiceError): void {
    this.subscriber.error(error);
  }
}
