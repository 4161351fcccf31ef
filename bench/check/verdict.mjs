/** A ratio may get worse by less than a quarter. */
const WORSE = 1.25;

/**
 * A recorded ratio to the pipe.
 * @typedef {{ scenario: string, subject: string, recorded: number }} Expected
 */

/**
 * What is said of a subject in a scenario.
 * @typedef {Expected & {
 *   limit: number,
 *   measured: number | undefined,
 *   verdict: 'ok' | 'worse' | 'undecided' | 'no result',
 *   calm: boolean,
 * }} Verdict `calm`: the runs that it is from were not disturbed
 */

/**
 * Compares a ratio with the recorded one. Better is never worse, and disturbed runs decide nothing.
 * @param {Expected} expected
 * @param {import('./pairs.mjs').Pair | undefined} measured
 * @returns {Verdict}
 */
export function verdictOn({ scenario, subject, recorded }, measured) {
  const limit = recorded * WORSE;
  const calm = measured?.calm ?? false;
  const rest = { scenario, subject, recorded, limit, measured: measured?.ratio, calm };
  if (measured === undefined) return { ...rest, verdict: 'no result' };
  if (!calm) return { ...rest, verdict: 'undecided' };
  return { ...rest, verdict: measured.ratio > limit ? 'worse' : 'ok' };
}

/**
 * Whether the subject has to be measured once more before this is said of it.
 * @param {Verdict} verdict
 */
export function isDoubtful({ verdict }) {
  return verdict === 'worse' || verdict === 'undecided';
}

/** @typedef {Pick<import('../load/load-run.mjs').Counts, 'lost' | 'doubled' | 'reordered' | 'failed'>} Counted */

/**
 * What no run may do, however fast it is.
 * @param {{ scenario: string, subject: string, runs: { counts: Counted }[], failure?: string }} turns
 * @returns {string[]}
 */
export function faultsOf({ scenario, subject, runs, failure }) {
  const of = (/** @type {string} */ what) => `${scenario}, ${subject}: ${what}`;
  const total = (/** @type {keyof Counted} */ kind) =>
    runs.reduce((sum, { counts }) => sum + counts[kind], 0);
  const wrong = total('lost') + total('doubled') + total('reordered');
  return [
    ...(failure === undefined ? [] : [of(`no result: ${failure}`)]),
    ...(wrong === 0
      ? []
      : [of(`${total('lost')} events lost, ${total('doubled')} doubled, ${total('reordered')} reordered`)]),
    ...(total('failed') === 0 ? [] : [of(`${total('failed')} requests failed`)]),
  ];
}
