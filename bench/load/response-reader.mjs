/**
 * Reads chunked HTTP/1.1 answers off a keep-alive connection, as Latin-1 text: no more than is needed to take
 * the framing away.
 */
export class ResponseReader {
  /** @type {'head' | 'size' | 'body' | 'line-end' | 'end'} */
  #state = 'head';
  #carry = '';
  #left = 0;

  /**
   * @param {object} on
   * @param {(status: number) => void} on.head
   * @param {(text: string) => void} on.body
   * @param {() => void} on.end
   */
  constructor(on) {
    this.on = on;
  }

  /** @param {string} piece */
  feed(piece) {
    const text = this.#carry === '' ? piece : this.#carry + piece;
    this.#carry = '';
    let at = 0;
    while (at < text.length) {
      const next = this.#step(text, at);
      if (next === -1) {
        this.#carry = text.slice(at);
        return;
      }
      at = next;
    }
  }

  /**
   * The offset after what was read, or -1 if more is needed.
   * @param {string} text
   * @param {number} at
   */
  #step(text, at) {
    if (this.#state === 'body') return this.#body(text, at);
    const mark = this.#state === 'head' ? '\r\n\r\n' : '\r\n';
    const end = text.indexOf(mark, at);
    if (end === -1) return -1;
    this.#line(text.slice(at, end));
    return end + mark.length;
  }

  /** @param {string} line a head, a chunk's size, or the empty line after a chunk or after the last one */
  #line(line) {
    if (this.#state === 'head') {
      this.on.head(Number(line.slice(9, 12)));
      this.#state = 'size';
    } else if (this.#state === 'size') {
      this.#left = Number.parseInt(line, 16);
      this.#state = this.#left === 0 ? 'end' : 'body';
    } else if (this.#state === 'line-end') this.#state = 'size';
    else {
      this.#state = 'head';
      this.on.end();
    }
  }

  /**
   * @param {string} text
   * @param {number} at
   */
  #body(text, at) {
    const end = Math.min(text.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#state = 'line-end';
    this.on.body(text.slice(at, end));
    return end;
  }
}
