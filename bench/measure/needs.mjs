import { readFileSync } from 'node:fs';

/** What a process has open besides its sockets. */
const OTHER_FILES = 200;

/**
 * Throws where a gateway could not open a connection to each side for so many streams.
 * @param {number} streams
 */
export function requireFiles(streams) {
  const needed = streams * 2 + OTHER_FILES;
  const limit =
    /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 'unlimited';
  if (limit !== 'unlimited' && Number(limit) < needed) {
    throw new Error(
      `${streams} streams need ${needed} open files, and the limit is ${limit}: 'ulimit -n ${needed}'`,
    );
  }
}

/**
 * Throws where the load side in Node would have to do what only the one in C can.
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {import('./load-side.mjs').LoadSide} load
 */
export function requireLoad({ per }, { kind }) {
  if (kind === 'node' && (per === 'stall' || per === 'leave')) {
    throw new Error('It needs the load side in C, and so a C compiler (gcc or cc)');
  }
}
