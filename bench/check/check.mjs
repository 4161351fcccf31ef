import { machine } from '../report/machine.mjs';
import { judge } from './judge.mjs';
import { measuring } from './measured.mjs';
import { differences, readRecorded } from './recorded.mjs';
import { CHECKED, checkedScenarios } from './sizes.mjs';
import { verdictTable } from './table.mjs';

/**
 * Measures Sluice beside the raw pipe, compares its ratios with the recorded ones, and prints what came out.
 * @returns {Promise<boolean>} whether nothing got worse by a quarter and nothing went wrong
 */
export async function check() {
  const recorded = readRecorded();
  const names = checkedScenarios().map(({ name }) => name);
  const differing = differences(recorded.ratios, names, CHECKED);
  if (differing.length > 0) return told({ verdicts: [], notes: [], faults: differing });
  console.log(`Recorded: ${JSON.stringify(recorded.machine)}\nHere: ${JSON.stringify(machine())}\n`);
  const expected = Object.entries(recorded.ratios).flatMap(([scenario, ratios]) =>
    Object.entries(ratios).map(([subject, ratio]) => ({ scenario, subject, recorded: ratio })),
  );
  return told(await judge(expected, measuring()));
}

/** @param {import('./judge.mjs').Judgement} judgement */
function told({ verdicts, notes, faults }) {
  const count = (/** @type {string} */ kind) => verdicts.filter(({ verdict }) => verdict === kind).length;
  const bad = count('worse') + count('no result');
  const passed = bad === 0 && faults.length === 0;
  if (verdicts.length > 0) console.log(`${verdictTable(verdicts)}\n`);
  for (const text of [...notes, ...faults]) console.log(`- ${text}`);
  const undecided = count('undecided');
  if (undecided > 0) console.log(`UNDECIDED: ${undecided} ratios, because others used the gateway's core.`);
  console.log(
    passed
      ? 'No ratio was found worse than its limit.'
      : `FAILED: ${bad} ratios, ${faults.length} other faults.`,
  );
  return passed;
}
