const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/** A last line that lacks only its line end. */
const BARE_DONE = /(?:^|[\r\n])data:[ \t]{0,8}\[DONE\][ \t]{0,8}$/;
/** Longer than such a line. */
const BARE_DONE_BYTES = 64;

/** As many pieces are held as they came; more are joined, so that an event of tiny ones takes no more than its bytes. */
const MAX_PIECES = 64;

/** Holds back what follows the last whole event. A chunk is copied only when an event spans chunks. */
export class EventBoundary {
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  /** The last two carried bytes: as much of a boundary as may stand before the next chunk. */
  #tail: Buffer = NOTHING;

  get carriedBytes(): number {
    return this.#carriedBytes;
  }

  /** The bytes up to the last event boundary, or undefined while there is none. */
  push(chunk: Buffer): Buffer | undefined {
    const carried = this.#carriedBytes > 0;
    const end = carried ? this.#boundaryAcross(chunk) : lastBoundary(chunk);
    if (end === chunk.length && !carried) return chunk;
    if (end === 0) {
      this.#carry(chunk);
      return undefined;
    }
    const head = end === chunk.length ? chunk : chunk.subarray(0, end);
    const block = carried ? Buffer.concat([...this.#carried, head]) : head;
    this.#drop();
    if (end < chunk.length) this.#carry(chunk.subarray(end));
    return block;
  }

  /**
   * What is left when the upstream closed. An event whose last line is complete lacks only its blank line, and
   * some servers end with a bare `[DONE]`; anything else was torn and is dropped, as the standard asks.
   */
  flush(): Buffer | undefined {
    const rest = Buffer.concat(this.#carried);
    this.#drop();
    const last = rest.at(-1);
    const end = rest.subarray(-BARE_DONE_BYTES).toString('latin1');
    if (last !== LF && last !== CR && !BARE_DONE.test(end)) return undefined;
    return Buffer.concat([rest, Buffer.from('\n\n')]);
  }

  /** Only one that ends in the chunk's first two bytes depends on what stands before them. */
  #boundaryAcross(chunk: Buffer): number {
    const within = lastBoundary(chunk);
    if (within > 0) return within;
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, 2)]);
    return Math.max(0, lastBoundary(seam) - this.#tail.length);
  }

  #carry(bytes: Buffer): void {
    const carried = this.#carried;
    carried.push(bytes);
    // A piece is joined with those before it that are no longer: each byte is copied a few times, not once for each piece.
    while (carried.length > MAX_PIECES && pieceAt(carried, 1).length >= pieceAt(carried, 2).length) {
      carried.splice(-2, 2, Buffer.concat(carried.slice(-2)));
    }
    this.#carriedBytes += bytes.length;
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-2)]).subarray(-2);
  }

  #drop(): void {
    this.#carried = [];
    this.#carriedBytes = 0;
    this.#tail = NOTHING;
  }
}

function pieceAt(pieces: readonly Buffer[], fromEnd: number): Buffer {
  return pieces.at(-fromEnd) ?? NOTHING;
}

/** The offset after the last blank line, or 0. Lines end with LF, CR or CRLF. */
function lastBoundary(bytes: Buffer): number {
  const length = bytes.length;
  if (length > 1 && bytes[length - 1] === LF && bytes[length - 2] === LF) return length;
  if (!bytes.includes(CR)) {
    const at = bytes.lastIndexOf('\n\n');
    return at === -1 ? 0 : at + 2;
  }
  for (let at = length - 1; at > 0; at -= 1) {
    if (bytes[at] === LF && (bytes[at - 1] === LF || endsCrlfPair(bytes, at))) return at + 1;
    if (bytes[at] === CR && bytes[at - 1] === CR) return at + 1;
  }
  return 0;
}

/** `at` ends a CRLF that follows a line end of any kind. */
function endsCrlfPair(bytes: Buffer, at: number): boolean {
  return bytes[at - 1] === CR && at > 1 && (bytes[at - 2] === LF || bytes[at - 2] === CR);
}
