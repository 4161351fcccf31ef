import { machine } from '../report/machine.mjs';
import { measuring } from './measured.mjs';
import { ratioOf } from './pairs.mjs';
import { writeRecorded } from './recorded.mjs';
import { CHECKED, checkedScenarios } from './sizes.mjs';

/** Each with fresh processes: which of its functions Node compiles, and when, differs from one to the next. */
const SITTINGS = 3;
/** Where others disturb it, there are more, up to so many. */
const MOST_SITTINGS = 6;

/** @typedef {import('./measured.mjs').Measured} Measured */
/** @typedef {import('./measured.mjs').Wanted} Wanted */

/**
 * Measures what `check` measures, several times, and writes the ratios down. Throws, and writes nothing, where a run
 * went wrong or too much was disturbed.
 */
export async function record() {
  const { cpu, cores, memoryGb, kernel, node, commit, uncommitted } = machine();
  const measure = measuring();
  const names = checkedScenarios().map(({ name }) => name);
  const wanted = names.flatMap((scenario) => CHECKED.map((subject) => ({ scenario, subject })));
  /** @type {Measured[]} */
  const sittings = [];
  const enough = () => sittings.length >= SITTINGS && wanted.every((one) => measured(one, sittings)?.calm);
  while (!enough() && sittings.length < MOST_SITTINGS) sittings.push(await measure(wanted));
  const ratios = Object.fromEntries(
    names.map((scenario) => [
      scenario,
      Object.fromEntries(CHECKED.map((subject) => [subject, recordable({ scenario, subject }, sittings)])),
    ]),
  );
  const at = new Date().toISOString();
  const description = { at, cpu, cores, memoryGb, kernel, node, commit, uncommitted };
  console.log(`Written to ${writeRecorded({ machine: description, ratios })}`);
}

/**
 * @param {Wanted} wanted
 * @param {Measured[]} sittings
 */
function measured(wanted, sittings) {
  return ratioOf(sittings.flatMap(({ pairs }) => pairs(wanted)));
}

/**
 * @param {Wanted} wanted
 * @param {Measured[]} sittings
 */
function recordable(wanted, sittings) {
  const faults = sittings.flatMap((of) => of.faults);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const { ratio, calm } = measured(wanted, sittings) ?? { ratio: NaN, calm: false };
  if (!calm) throw new Error(`${wanted.scenario}, ${wanted.subject}: too much disturbed the runs; try again`);
  return Number(ratio.toFixed(3));
}
