import type { FrameBytes } from '../../core/frame-bytes.js';
import { endOfFrame, countFrames, joinFrames } from '../frames.js';

/** The sizes of a stream's first piece of memory and of its largest ones; each is twice the one before. */
const FIRST_PAGE_BYTES = 1024;
const LARGEST_PAGE_BYTES = 32 * 1024;
/** A UTF-16 unit takes three bytes in UTF-8 at the most. */
const MOST_BYTES_PER_UNIT = 3;
/** Where nothing is added any more, whole frames stand together in up to so many bytes: what a reader is given at once. */
const PACK_BYTES = 64 * 1024;

/** What an empty stream has: one for all of them. */
const NOTHING: Chunk[] = [];

/** Whole frames in one piece of memory. */
interface Chunk {
  readonly buffer: Buffer;
  /** The position, among all bytes of the stream, of its first one. */
  readonly start: number;
  /** The number of its first frame. */
  readonly firstFrame: number;
}

/**
 * The frames of one stream, one after the other in memory outside of the heap: what is kept of each frame on the heap, be it
 * its text or where it stands, would be copied by two collections before it is taken for old.
 *
 * A position counts the bytes of the stream from its beginning, also those that were dropped.
 */
export class FrameBuffer {
  #chunks: Chunk[] = NOTHING;
  #start = 0;
  #end = 0;
  #firstRetained = 0;
  #frames = 0;
  #nextBytes = FIRST_PAGE_BYTES;
  #capacity = 0;

  /** Bytes of memory that the pages take, whether frames stand in them or not. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The position of the first byte that is kept. */
  get start(): number {
    return this.#start;
  }

  /** The position after the last byte. */
  get end(): number {
    return this.#end;
  }

  /** The number of the first frame that is kept. */
  get firstRetained(): number {
    return this.#firstRetained;
  }

  /** How many frames there are, with those that were dropped. */
  get frames(): number {
    return this.#frames;
  }

  /** Copies whole frames to the end. */
  put(bytes: FrameBytes): void {
    const isText = typeof bytes === 'string';
    const room = isText ? roomFor(bytes) : bytes.length;
    const { buffer, start } = this.#chunkFor(room);
    const at = this.#end - start;
    if (isText) this.#end += buffer.write(bytes, at);
    else {
      buffer.set(bytes, at);
      this.#end += bytes.length;
    }
    this.#frames += countFrames(bytes);
  }

  /** What stands in one piece of memory from this position on, which is that of a frame; undefined where nothing does. */
  from(position: number): Buffer | undefined {
    // By itself: where a function sees a variable of another one, each call of that one makes an object for it.
    return position < this.#end ? this.#standingAt(position) : undefined;
  }

  /** The position of a frame, or of the next one that comes; undefined for one that was dropped, and for later ones. */
  positionOf(frame: number): number | undefined {
    if (frame < this.#firstRetained || frame > this.#frames) return undefined;
    if (frame === this.#frames) return this.#end;
    const page = this.#chunks.findLast(({ firstFrame }) => firstFrame <= frame);
    if (page === undefined) return undefined;
    // Of the first page some may have been dropped.
    let at = Math.max(this.#start, page.start) - page.start;
    for (let left = frame - Math.max(this.#firstRetained, page.firstFrame); left > 0; left -= 1)
      at = endOfFrame(page.buffer, at);
    return page.start + at;
  }

  /** Drops the oldest frame. Its memory is free once another page begins after it. */
  drop(): void {
    const [page, next] = this.#chunks;
    if (page === undefined || this.#start === this.#end) return;
    const end = page.start + endOfFrame(page.buffer, this.#start - page.start);
    this.#start = Math.min(end, next?.start ?? this.#end);
    this.#firstRetained += 1;
    if (this.#start === next?.start) {
      this.#chunks.shift();
      this.#capacity -= page.buffer.length;
    } else if (this.#start === this.#end && page.buffer.length > LARGEST_PAGE_BYTES) this.clear();
  }

  /** Where nothing is kept, nothing is held: the next page is as small as the first one. */
  clear(): void {
    if (this.#start < this.#end) return;
    this.#chunks = NOTHING;
    this.#capacity = 0;
    this.#nextBytes = FIRST_PAGE_BYTES;
  }

  /** Nothing is added any more: the frames are copied together, and take no more memory than they need. */
  pack(): void {
    let packs: Chunk[] = [];
    for (let start = this.#start, end = start; start < this.#end; start = end) {
      const from = start;
      const page = this.#chunks.findLast((other) => other.start <= from);
      const firstFrame = Math.max(this.#firstRetained, page?.firstFrame ?? 0);
      const parts: Buffer[] = [];
      for (let part = this.from(end); part !== undefined; part = this.from(end)) {
        if (end > start && end - start + part.length > PACK_BYTES) break;
        parts.push(part);
        end += part.length;
      }
      packs = packs.concat({ buffer: joinFrames(parts), start, firstFrame });
    }
    this.#chunks = packs;
    this.#capacity = this.#end - this.#start;
  }

  #standingAt(position: number): Buffer | undefined {
    const index = this.#chunks.findLastIndex(({ start }) => start <= position);
    const page = this.#chunks[index];
    if (page === undefined) return undefined;
    const end = this.#chunks[index + 1]?.start ?? this.#end;
    return page.buffer.subarray(position - page.start, end - page.start);
  }

  #chunkFor(room: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#end - last.start + room <= last.buffer.length) return last;
    const buffer = Buffer.allocUnsafeSlow(Math.max(room, this.#nextBytes));
    const page = { buffer, start: this.#end, firstFrame: this.#frames };
    this.#nextBytes = Math.min(this.#nextBytes * 2, LARGEST_PAGE_BYTES);
    // Exactly as many as there are: an array that is pushed to has room for seventeen.
    const isAlone = this.#start === this.#end;
    this.#chunks = isAlone ? [page] : this.#chunks.concat(page);
    this.#capacity = isAlone ? buffer.length : this.#capacity + buffer.length;
    return page;
  }
}

/** Long texts are measured: three times as much would be lost memory. */
function roomFor(text: string): number {
  const most = text.length * MOST_BYTES_PER_UNIT;
  return most > FIRST_PAGE_BYTES ? Buffer.byteLength(text) : most;
}
