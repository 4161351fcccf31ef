/** How long after Redis is back a replica may need to have it, and to send what waited, in milliseconds. */
const CATCH_UP_MS = 3_000;
/** A timer of this process that is so late says that the machine has other things to do, in milliseconds. */
const LATE_MS = 400;
const TICK_MS = 200;
/** How many violations are told in words. */
const TOLD = 50;

/** @typedef {'a' | 'b'} Place a replica */

/**
 * Something that was done to Redis or to a replica, in milliseconds of the sitting; `to` is infinite while it lasts.
 * @typedef {{ what: 'redis restarted empty' | 'redis frozen' | 'a frozen' | 'b frozen' | 'this process was late', from: number, to: number }} Disturbance
 */

/** What all stories of a sitting share. */
export class World {
  /** @type {Disturbance[]} */
  disturbances = [];
  /** @type {string[]} */
  violations = [];
  violationCount = 0;
  /** @type {Record<string, number>} how often what happened */
  counts = {};
  #begun = performance.now();
  #ticks;

  /** @param {Record<Place, number>} ports */
  constructor(ports) {
    this.ports = ports;
    let due = this.now + TICK_MS;
    this.#ticks = setInterval(() => {
      if (this.now - due > LATE_MS) this.#note({ what: 'this process was late', from: due, to: this.now });
      due = this.now + TICK_MS;
    }, TICK_MS).unref();
  }

  close() {
    clearInterval(this.#ticks);
  }

  get now() {
    return performance.now() - this.#begun;
  }

  /** @param {string} what */
  count(what, by = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** @param {string} what must not have happened */
  violate(what) {
    this.violationCount += 1;
    const recent = this.disturbances
      .filter(({ to }) => to > this.now - 15_000)
      .map(({ what: done, from, to }) => `${done} ${seconds(from)}–${seconds(to)}`);
    const text = `at ${seconds(this.now)}: ${what} [${recent.join(', ')}]`;
    if (this.violations.length < TOLD) this.violations.push(text);
    process.stderr.write(`VIOLATION ${text}\n`);
  }

  /**
   * Whether Redis, or a replica, was not itself at some time since then, or needs a while yet.
   * @param {number} since
   */
  disturbedSince(since) {
    return this.disturbances.some(({ to }) => to + CATCH_UP_MS > since);
  }

  /**
   * Whether something was not itself within a while of that moment, before it or after it.
   * @param {number} at
   * @param {number} ms
   */
  disturbedAround(at, ms) {
    return this.disturbances.some(({ from, to }) => from < at + ms && to + CATCH_UP_MS > at - ms);
  }

  /**
   * Whether Redis lost what it had of a stream that began then.
   * @param {number} startedAt
   */
  emptiedSince(startedAt) {
    return this.disturbances.some(
      ({ what, to }) => what === 'redis restarted empty' && to + CATCH_UP_MS > startedAt,
    );
  }

  /**
   * @param {Disturbance['what']} what
   * @param {() => Promise<void>} act
   */
  async disturb(what, act) {
    const disturbance = { what, from: this.now, to: Number.POSITIVE_INFINITY };
    this.#note(disturbance);
    await act();
    disturbance.to = this.now;
  }

  /** @param {Disturbance} disturbance */
  #note(disturbance) {
    this.disturbances.push(disturbance);
    this.count(disturbance.what);
    process.stderr.write(`${seconds(this.now)} ${disturbance.what}\n`);
  }
}

/** @param {number} ms */
function seconds(ms) {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'now';
}
