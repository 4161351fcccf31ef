import { connect } from 'node:net';
import { nowMicros } from './marker.mjs';
import { ResponseReader } from './response-reader.mjs';
import { SequenceCheck } from './sequence-check.mjs';

/**
 * What a run counted. Latency is from the upstream's write to the client's read, while all streams are open; TTFT
 * from the request to its first event. Both in microseconds.
 * @typedef {object} Counts
 * @property {number} events
 * @property {number} requests
 * @property {number} lost
 * @property {number} doubled
 * @property {number} reordered
 * @property {number} failed requests without a 200 or without an end
 * @property {number} [failedStatus] status of the last one that failed; 0 if it got none
 * @property {number} reads socket reads of the client
 * @property {{ p50: number, p99: number } | undefined} [latency]
 * @property {{ p50: number, p99: number } | undefined} [ttft]
 */

/** @typedef {{ type: 'open' | 'closing', events: number } | { type: 'done', counts: Counts }} Progress */

/** Sends the requests of one plan, at most `concurrency` at a time, each connection one after the other. */
export class LoadRun {
  #asked = 0;
  #over = 0;
  #opened = 0;
  #steady = false;
  #closing = false;
  #events = 0;
  #reads = 0;
  #lost = 0;
  #doubled = 0;
  #reordered = 0;
  #failed = 0;
  /** @type {number[]} */
  #latencies = [];
  /** @type {number[]} */
  #ttfts = [];

  /**
   * @param {{ plan: import('../scenarios.mjs').Plan, port: number, request: string }} order the request's bytes in hexadecimal
   * @param {(progress: Progress) => void} tell
   */
  constructor({ plan, port, request }, tell) {
    this.plan = plan;
    this.port = port;
    this.request = Buffer.from(request, 'hex');
    this.tell = tell;
  }

  start() {
    const { concurrency, rampMs } = this.plan;
    for (let index = 0; index < concurrency; index += 1) {
      setTimeout(() => this.#connect(), Math.floor((index * rampMs) / concurrency));
    }
  }

  #connect() {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    let check = this.#checkOf(0);
    let busy = false;
    let good = true;
    const ask = () => {
      busy = this.#asked < this.plan.requests;
      if (!busy) {
        socket.end();
        this.#close();
        return;
      }
      this.#asked += 1;
      good = true;
      check = this.#checkOf(nowMicros());
      socket.write(this.request);
    };
    const end = () => {
      this.#end(check, good);
      ask();
    };
    const head = (/** @type {number} */ status) => (good = status === 200);
    const reader = new ResponseReader({ head, body: (text) => check.feed(text), end });
    socket.once('connect', ask);
    socket.on('data', (bytes) => {
      this.#reads += 1;
      reader.feed(bytes.toString('latin1'));
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (!busy) return;
      this.#end(check, false);
      if (this.#asked < this.plan.requests) this.#connect();
    });
  }

  /** @param {number} askedAt */
  #checkOf(askedAt) {
    let first = true;
    return new SequenceCheck((micros) => {
      this.#events += 1;
      if (!first && micros === 0) return;
      const now = nowMicros();
      if (micros > 0 && !(this.#steady && this.#closing)) this.#latencies.push(now - micros);
      if (!first) return;
      first = false;
      this.#ttfts.push(now - askedAt);
      this.#open();
    });
  }

  /** A stream has had its first event, or never will. */
  #open() {
    this.#opened += 1;
    if (this.#opened !== this.plan.concurrency) return;
    // What came while the herd was let in says nothing about the herd at rest. Where the first is complete before
    // the last has begun there is no such rest, and all is counted.
    this.#steady = !this.#closing;
    if (this.#steady) this.#latencies = [];
    this.tell({ type: 'open', events: this.#events });
    if (this.plan.holdMs !== undefined) setTimeout(() => this.#done(), this.plan.holdMs);
  }

  #close() {
    if (this.#closing) return;
    this.#closing = true;
    this.tell({ type: 'closing', events: this.#events });
  }

  #done() {
    this.#close();
    this.tell({ type: 'done', counts: this.#counts() });
  }

  /**
   * @param {SequenceCheck} check
   * @param {boolean} good
   */
  #end(check, good) {
    this.#over += 1;
    // Where no stream is to end, what did not come by then is no loss.
    this.#lost += check.lost(this.plan.holdMs === undefined ? this.plan.events : 0);
    this.#doubled += check.doubled;
    this.#reordered += check.reordered;
    if (!good) this.#failed += 1;
    if (!good && this.plan.holdMs !== undefined) this.#open();
    if (this.#over === this.plan.requests) this.#done();
  }

  /** @returns {Counts} */
  #counts() {
    return {
      events: this.#events,
      requests: this.#over,
      lost: this.#lost,
      doubled: this.#doubled,
      reordered: this.#reordered,
      failed: this.#failed,
      reads: this.#reads,
      latency: percentiles(this.#latencies),
      ttft: percentiles(this.#ttfts),
    };
  }
}

/** @param {number[]} values */
function percentiles(values) {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).toSorted();
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
