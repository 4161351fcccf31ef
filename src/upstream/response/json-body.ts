import { isTornJson } from '../../core/json/is-torn-json.js';
import { parseJson } from '../../core/json/parse-json.js';
import { SluiceError } from '../../core/sluice-error.js';

const NOTHING = Buffer.alloc(0);
/** Blanks and line ends (RFC 8259 2), and the bytes of a byte order mark. */
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d, ...Buffer.from('\ufeff')]);
const BEGINS = new Set(['{', '['].map((letter) => letter.charCodeAt(0)));

/** A body that may be one JSON object or array: its first visible byte decides. */
export class JsonBody {
  /** Doubles: an upstream may send the bytes one by one. */
  #buffer = NOTHING;
  #length = 0;
  #isRefuted = false;

  /** The bytes of the value so far; 0 before it is known to be one. */
  get length(): number {
    return this.#length;
  }

  /** The body is known to be something else. */
  get isRefuted(): boolean {
    return this.#isRefuted;
  }

  /** Takes a chunk that belongs to the value; false for any other. */
  take(chunk: Buffer): boolean {
    if (this.#length > 0) {
      this.#append(chunk);
      return true;
    }
    const from = chunk.findIndex((byte) => !BLANK.has(byte));
    const first = chunk[from];
    if (first === undefined) return false;
    this.#isRefuted = !BEGINS.has(first);
    if (this.#isRefuted) return false;
    this.#append(chunk.subarray(from));
    return true;
  }

  /** The value; undefined where its text is torn. Throws `upstream-error` at other mistakes, and at the bounds of `parseJson`. */
  parse(): unknown {
    const text = this.#buffer.toString('utf8', 0, this.#length);
    const value = parseJson(text);
    if (value !== undefined || isTornJson(text)) return value;
    const problem = 'The upstream answered with something that is neither an event stream nor JSON';
    throw new SluiceError('upstream-error', problem);
  }

  #append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }
}
