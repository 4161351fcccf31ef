import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The program that binds a process to cores. */
export const PIN = 'taskset';

/**
 * Which cores are whose, as taskset names them.
 * @typedef {object} Cores
 * @property {number | undefined} gateway undefined: nothing is pinned
 * @property {string | undefined} load
 * @property {string | undefined} all both
 */

/**
 * The last core for the gateway, the others for the load; nothing pinned where there is one core or no taskset.
 * This process itself goes to the load's cores.
 * @returns {Cores}
 */
export function shareCores() {
  const cores = availableParallelism();
  if (cores < 2 || spawnSync(PIN, ['--version']).status !== 0) {
    return { gateway: undefined, load: undefined, all: undefined };
  }
  const load = cores === 2 ? '0' : `0-${cores - 2}`;
  spawnSync(PIN, ['-a', '-c', '-p', load, String(process.pid)]);
  return { gateway: cores - 1, load, all: `0-${cores - 1}` };
}
