import { FLOOR, HOT } from './sizes.mjs';
import { Seat } from './seat.mjs';

/**
 * What a subject did in a scenario. Runs of several subjects with the same index were a moment apart.
 * @typedef {object} Turns
 * @property {string} scenario
 * @property {string} subject
 * @property {import('../report/figures.mjs').Figures[]} runs
 * @property {string} [failure] why there are no more
 */

/**
 * Starts the subjects afresh, the pipe with them, makes them hot, and lets them take turns in each scenario: A B C,
 * A B C. Only one works at a time, and what slows the machine for a while slows them all alike.
 * @param {object} options
 * @param {string[]} options.subjects
 * @param {import('./sizes.mjs').Checked[]} options.scenarios
 * @param {Record<string, import('../subjects.mjs').Subject>} options.known
 * @param {import('../measure/run-once.mjs').Machine} options.machine
 * @returns {Promise<Turns[]>}
 */
export async function sitting({ subjects, scenarios, known, machine }) {
  const seats = [FLOOR, ...subjects].map((id) => new Seat(id, named(known, id), machine));
  /** @type {Turns[]} */
  const turns = [];
  try {
    for (const seat of seats) await seat.start([HOT]);
    for (const { name, scenario, rounds } of scenarios) {
      process.stderr.write(`${name}: ${[FLOOR, ...subjects].join(', ')}, ${rounds} times in turn\n`);
      for (const seat of seats) await seat.enter(name, scenario);
      for (let round = 0; round < rounds; round += 1) {
        for (const seat of seats) await seat.run(scenario);
      }
      turns.push(...seats.map((seat) => seat.turns));
    }
    return turns;
  } finally {
    for (const seat of seats) await seat.leave();
  }
}

/**
 * @param {Record<string, import('../subjects.mjs').Subject>} known
 * @param {string} id
 */
function named(known, id) {
  const subject = known[id];
  if (subject === undefined) throw new Error(`The subject '${id}' is no longer there`);
  return subject;
}
