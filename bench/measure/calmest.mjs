import { isDisturbed } from '../report/figures.mjs';

/**
 * Runs again what was disturbed, at most so many times, and gives the run in which others had least of the gateway's core.
 * A mark says that there was more than one.
 * @template {Pick<import('../report/figures.mjs').Figures, 'otherCpu' | 'marks'>} T
 * @param {() => Promise<T | undefined>} run undefined if it could not be done
 * @param {number} again
 * @returns {Promise<T | undefined>}
 */
export async function calmest(run, again) {
  const runs = [];
  do runs.push(await run());
  while (runs.length <= again && runs.every((one) => one !== undefined && isDisturbed(one)));
  const [first] = runs.filter((one) => one !== undefined).toSorted((a, b) => a.otherCpu - b.otherCpu);
  if (first === undefined || runs.length === 1) return first;
  return {
    ...first,
    marks: [...first.marks, `the calmest of ${runs.length} runs: the others were disturbed`],
  };
}
