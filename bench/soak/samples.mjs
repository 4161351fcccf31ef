import { readdirSync } from 'node:fs';
import { treeUse } from '../measure/proc.mjs';

/** What a third of a sitting may take more than the one before it. */
const GROWTH = 1.1;

/** @typedef {{ atMs: number, rssBytes: number }} Sample */

/**
 * What the samples of a process say.
 * @typedef {object} Growth
 * @property {number} middleBytes mean of the middle third
 * @property {number} lastBytes mean of the last third
 * @property {number} slopeBytes an hour, over these two thirds
 * @property {boolean} isFlat
 */

/** Resident memory of processes, sampled until it is stopped. */
export class Samples {
  /** @type {Map<string, Sample[]>} */
  #of = new Map();
  #timer;

  /**
   * @param {Record<string, number>} pids by name
   * @param {{ everyMs: number, untilMs: number, now: () => number }} times
   */
  constructor(pids, { everyMs, untilMs, now }) {
    this.#timer = setInterval(() => {
      if (now() > untilMs) {
        this.stop();
        return;
      }
      for (const [name, pid] of Object.entries(pids)) {
        const { rssBytes } = treeUse(pid);
        this.#of.set(name, [...this.of(name), { atMs: now(), rssBytes }]);
      }
    }, everyMs);
  }

  /** @param {string} name */
  of(name) {
    return this.#of.get(name) ?? [];
  }

  stop() {
    clearInterval(this.#timer);
  }
}

/**
 * @param {Sample[]} samples
 * @returns {Growth}
 */
export function growthOf(samples) {
  const third = Math.floor(samples.length / 3);
  const middle = samples.slice(third, samples.length - third);
  const last = third === 0 ? [] : samples.slice(-third);
  const [middleBytes, lastBytes] = [mean(middle), mean(last)];
  return {
    middleBytes,
    lastBytes,
    slopeBytes: slope(samples.slice(third)) * 3_600_000,
    isFlat: lastBytes <= middleBytes * GROWTH,
  };
}

/**
 * How many files and sockets a process has open.
 * @param {number} pid
 */
export function openFiles(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** @param {Sample[]} samples */
function mean(samples) {
  return samples.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / samples.length;
}

/**
 * Bytes a millisecond, by least squares.
 * @param {Sample[]} samples
 */
function slope(samples) {
  const at = samples.reduce((sum, { atMs }) => sum + atMs, 0) / samples.length;
  const bytes = mean(samples);
  const above = samples.reduce((sum, { atMs, rssBytes }) => sum + (atMs - at) * (rssBytes - bytes), 0);
  return above / samples.reduce((sum, { atMs }) => sum + (atMs - at) ** 2, 0);
}
