import { isDisturbed, median } from '../report/figures.mjs';

/** With fewer pairs that nothing disturbed, a sitting decides nothing. */
const ENOUGH = 2;

/**
 * What is read of a run.
 * @typedef {Pick<import('../report/figures.mjs').Figures, 'value' | 'otherCpu' | 'window'>} Run
 */

/**
 * The cost of one run as a multiple of that of the other subject's run a moment before.
 * @typedef {{ ratio: number, calm: boolean }} Pair `calm`: nothing disturbed either, and both are over the same window
 */

/**
 * The pairs of two subjects that took turns.
 * @param {Run[]} runs
 * @param {Run[]} floor those of the subject that they are compared with
 * @returns {Pair[]}
 */
export function pairsOf(runs, floor) {
  return runs.flatMap((run, index) => {
    const beside = floor[index];
    if (beside === undefined) return [];
    const calm = !isDisturbed(run) && !isDisturbed(beside) && run.window === beside.window;
    return [{ ratio: run.value / beside.value, calm }];
  });
}

/**
 * The median ratio, of the calm pairs where these are enough, or else of all; undefined where there is none.
 * @param {Pair[]} pairs
 * @returns {Pair | undefined}
 */
export function ratioOf(pairs) {
  const finite = pairs.filter(({ ratio }) => Number.isFinite(ratio));
  if (finite.length === 0) return undefined;
  const undisturbed = finite.filter(({ calm }) => calm);
  const calm = undisturbed.length >= ENOUGH;
  return { ratio: median((calm ? undisturbed : finite).map(({ ratio }) => ratio)), calm };
}
