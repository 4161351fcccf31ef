/**
 * What the upstream of a sitting is to answer, said in the question itself.
 * @typedef {object} Order
 * @property {number} stream its number
 * @property {number} events
 * @property {number} burst how many of them come at once, one a millisecond
 * @property {number} ms between the others, give or take half of it
 */

const ORDER = /bench stream=(\d+) events=(\d+) burst=(\d+) ms=(\d+)/;

/** @param {Order} order */
export function printOrder({ stream, events, burst, ms }) {
  return `bench stream=${stream} events=${events} burst=${burst} ms=${ms}`;
}

/**
 * The order in a request's body. Throws where there is none.
 * @param {string} body
 * @returns {Order}
 */
export function readOrder(body) {
  const found = ORDER.exec(body);
  if (found === null) throw new Error('The question holds no order');
  const [stream = 0, events = 0, burst = 0, ms = 0] = found.slice(1).map(Number);
  return { stream, events, burst, ms };
}

/**
 * The text of one event: which stream it is of, its number, and characters of several bytes.
 * @param {number} stream
 * @param {number} number from 0
 */
export function wordOf(stream, number) {
  return ` ${stream}:${number}→é`;
}

/**
 * The number in such a text; undefined for one of another stream, or that is none.
 * @param {number} stream
 * @param {string} word
 */
export function numberIn(stream, word) {
  const number = Number(word.slice(word.indexOf(':') + 1, -2));
  return word === wordOf(stream, number) ? number : undefined;
}
