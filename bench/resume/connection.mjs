import { request } from 'node:http';
import { KEY } from '../subjects/requests.mjs';
import { Frames } from './frames.mjs';

/**
 * Where and how one asks.
 * @typedef {object} Question
 * @property {number} port
 * @property {string} path
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 */

/**
 * How a connection ended: with a whole body, by the other side before that, or by ourselves.
 * @typedef {{ status: number, how: 'ended' | 'broken' | 'left', text: string, error?: string }} Over
 */

/** One request on a connection of its own, and the frames of its answer. */
export class Connection {
  #left = false;

  /**
   * @param {Question} question
   * @param {(frame: import('./frames.mjs').NativeFrame) => void} [onFrame]
   */
  constructor({ port, path, method = 'GET', headers = {} }, onFrame) {
    this.status = 0;
    this.streamId = '';
    const frames = new Frames((frame) => this.#left || onFrame?.(frame));
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
    });
    this.asked = asked;
    /** Resolves with the head, or when there will be none. */
    this.headed = new Promise((resolve) => asked.once('response', resolve).once('close', resolve));
    /** @type {Promise<Over>} */
    this.over = new Promise((resolve) => {
      let text = '';
      const end = (/** @type {boolean} */ whole, /** @type {string} */ error = '') => {
        const how = this.#left ? 'left' : whole ? 'ended' : 'broken';
        resolve({ status: this.status, how, text, ...(error !== '' && { error }) });
      };
      asked.on('error', (error) => end(false, error.message));
      asked.on('response', (answer) => {
        this.status = answer.statusCode ?? 0;
        this.streamId = String(answer.headers['x-sluice-stream'] ?? '');
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          if (this.status === 200 && onFrame !== undefined) frames.feed(piece);
          else text += piece;
        });
        answer.on('error', () => undefined);
        answer.once('close', () => end(answer.complete));
      });
    });
    asked.end();
  }

  /** Closes the connection, in the middle of whatever it carries. */
  leave() {
    this.#left = true;
    this.asked.destroy();
  }
}
