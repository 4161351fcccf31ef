import { MARKER_LENGTH, readMarker } from './marker.mjs';

/** Finds the markers of one stream in its text and counts what is lost, doubled or out of order. */
export class SequenceCheck {
  #carry = '';
  #next = 0;
  /** @type {Set<number>} */
  #missing = new Set();
  doubled = 0;
  reordered = 0;

  /** @param {(micros: number) => void} onEvent told of each event, with the time at which it was written */
  constructor(onEvent) {
    this.onEvent = onEvent;
  }

  /** @param {string} piece the body's text, without HTTP framing */
  feed(piece) {
    const text = this.#carry === '' ? piece : this.#carry + piece;
    this.#carry = '';
    for (let at = text.indexOf('~'); at !== -1; at = text.indexOf('~', at + MARKER_LENGTH)) {
      if (at + MARKER_LENGTH > text.length) {
        this.#carry = text.slice(at);
        return;
      }
      const { sequence, micros } = readMarker(text, at);
      this.#count(sequence);
      this.onEvent(micros);
    }
  }

  /**
   * How many of the events that were expected never came.
   * @param {number} expected
   */
  lost(expected) {
    return this.#missing.size + Math.max(0, expected - this.#next);
  }

  /** @param {number} sequence */
  #count(sequence) {
    if (sequence === this.#next) this.#next += 1;
    else if (sequence > this.#next) {
      for (; this.#next < sequence; this.#next += 1) this.#missing.add(this.#next);
      this.#next += 1;
    } else if (this.#missing.delete(sequence)) this.reordered += 1;
    else this.doubled += 1;
  }
}
