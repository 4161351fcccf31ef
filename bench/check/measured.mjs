import { buildIfStale } from '../../scripts/build-if-stale.mjs';
import { shareCores } from '../measure/cores.mjs';
import { loadSide } from '../measure/load-side.mjs';
import { subjectsWith } from '../subjects.mjs';
import { pairsOf } from './pairs.mjs';
import { sitting } from './sitting.mjs';
import { checkedScenarios, FLOOR } from './sizes.mjs';
import { faultsOf } from './verdict.mjs';

/** @typedef {{ scenario: string, subject: string }} Wanted */

/**
 * What a sitting said.
 * @typedef {object} Measured
 * @property {(wanted: Wanted) => import('./pairs.mjs').Pair[]} pairs of the subject and the pipe
 * @property {string[]} faults
 */

/**
 * Makes the machine ready, and gives what measures subjects in scenarios, in one sitting.
 * @returns {(wanted: Wanted[]) => Promise<Measured>}
 */
export function measuring() {
  buildIfStale();
  // With the load side in Node a gateway gets its bytes in other portions, and so has other ratios.
  const machine = { load: loadSide('native'), cores: shareCores() };
  const known = subjectsWith(undefined);
  return async (wanted) => {
    const subjects = [...new Set(wanted.map(({ subject }) => subject))];
    const scenarios = checkedScenarios().filter(({ name }) =>
      wanted.some(({ scenario }) => scenario === name),
    );
    const turns = await sitting({ subjects, scenarios, known, machine });
    const runs = (/** @type {string} */ scenario, /** @type {string} */ subject) =>
      turns.find((of) => of.scenario === scenario && of.subject === subject)?.runs ?? [];
    return {
      pairs: ({ scenario, subject }) => pairsOf(runs(scenario, subject), runs(scenario, FLOOR)),
      faults: turns.flatMap(faultsOf),
    };
  };
}
