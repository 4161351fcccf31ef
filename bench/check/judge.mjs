import { ratioOf } from './pairs.mjs';
import { isDoubtful, verdictOn } from './verdict.mjs';

/** @typedef {import('./verdict.mjs').Verdict} Verdict */
/** @typedef {import('./verdict.mjs').Expected} Expected */
/** @typedef {(wanted: import('./measured.mjs').Wanted[]) => Promise<import('./measured.mjs').Measured>} Measure */

/**
 * What is said of the ratios, and how it came to that.
 * @typedef {{ verdicts: Verdict[], notes: string[], faults: string[] }} Judgement
 */

/**
 * Measures and judges. Of what is worse than its limit, or was disturbed, a second sitting decides; there is no third.
 * @param {Expected[]} expected
 * @param {Measure} measure
 * @returns {Promise<Judgement>}
 */
export async function judge(expected, measure) {
  const { verdicts, faults } = await sit(expected, measure);
  const doubtful = verdicts.filter(isDoubtful);
  if (doubtful.length === 0) return { verdicts, notes: [], faults };
  const again = await sit(doubtful, measure);
  const decided = verdicts.map((first) => again.verdicts[doubtful.indexOf(first)] ?? first);
  return { verdicts: decided, notes: doubtful.map(noteOn), faults: [...faults, ...again.faults] };
}

/**
 * @param {Expected[]} expected
 * @param {Measure} measure
 */
async function sit(expected, measure) {
  const { pairs, faults } = await measure(expected);
  return { faults, verdicts: expected.map((one) => verdictOn(one, ratioOf(pairs(one)))) };
}

/** @param {Verdict} verdict */
function noteOn({ scenario, subject, measured = NaN, limit, calm }) {
  const what = calm
    ? `${measured.toFixed(2)} × pipe, with a limit of ${limit.toFixed(2)}`
    : "others used too much of the gateway's core";
  return `${scenario}, ${subject}: ${what}: measured once more`;
}
