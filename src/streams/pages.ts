import type { Frame } from '../core/frame.js';

/** The sizes of a stream's first piece of memory and of its largest ones; each is twice the one before. */
const FIRST_PAGE_BYTES = 1024;
const LARGEST_PAGE_BYTES = 32 * 1024;
/** A UTF-16 unit takes three bytes in UTF-8 at the most. */
const MOST_BYTES_PER_UNIT = 3;

const NO_PAGE: Buffer = Buffer.alloc(0);

/** Where some bytes stand. */
export interface Place {
  readonly page: Buffer;
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of one stream, one after the other in memory outside of the heap: a string or a buffer for each frame would
 * be copied by two collections before it is taken for old.
 */
export class Pages {
  #page = NO_PAGE;
  #used = 0;
  #nextBytes = FIRST_PAGE_BYTES;

  /** Copies a frame to the end. */
  put(frame: Frame): Place {
    const isText = typeof frame === 'string';
    const room = isText ? roomFor(frame) : frame.length;
    if (this.#used + room > this.#page.length) this.#turn(room);
    const page = this.#page;
    const from = this.#used;
    if (isText) this.#used += page.write(frame, from);
    else {
      page.set(frame, from);
      this.#used += frame.length;
    }
    return { page, from, to: this.#used };
  }

  /** Lets go of what has room left. What was put can still be read where it stands. */
  release(): void {
    this.#page = NO_PAGE;
    this.#used = 0;
  }

  #turn(room: number): void {
    this.#page = Buffer.allocUnsafeSlow(Math.max(room, this.#nextBytes));
    this.#used = 0;
    this.#nextBytes = Math.min(this.#nextBytes * 2, LARGEST_PAGE_BYTES);
  }
}

/** Long texts are measured: three times as much would be lost memory. */
function roomFor(text: string): number {
  const most = text.length * MOST_BYTES_PER_UNIT;
  return most > FIRST_PAGE_BYTES ? Buffer.byteLength(text) : most;
}
