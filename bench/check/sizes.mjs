import { scenarios } from '../scenarios.mjs';

/** The subject that others are compared with. */
export const FLOOR = 'pipe';

/** The subjects whose ratios to it are recorded. */
export const CHECKED = ['sluice', 'sluice-stream'];

/**
 * What makes the code under test hot.
 * @type {import('../scenarios.mjs').Plan}
 */
export const HOT = { requests: 1000, concurrency: 32, events: 10, rampMs: 0 };

/**
 * A scenario so short that all of them take a minute, and how often the subjects take turns in it.
 * @typedef {{ name: string, scenario: import('../scenarios.mjs').Scenario, rounds: number }} Checked
 */

/**
 * The scenarios whose ratios are recorded. A measured phase is as long as it must be for the pipe to use some
 * hundred milliseconds of CPU, of which the system tells hundredths of a second.
 * @returns {Checked[]}
 */
export function checkedScenarios() {
  return [
    sized('firehose', { events: 2000 }, 4),
    sized('chat', { events: 60, rampMs: 400 }, 3),
    sized('short', { requests: 1000 }, 4),
  ];
}

/**
 * A scenario in another size. Its own first warm-up is `HOT`, which it shares with the others here.
 * @param {string} name
 * @param {Partial<import('../scenarios.mjs').Plan>} sizes
 * @param {number} rounds
 * @returns {Checked}
 */
function sized(name, sizes, rounds) {
  const scenario = scenarios({ quick: true })[name];
  if (scenario === undefined) throw new Error(`The scenario '${name}' is no longer there`);
  const { warmup, measured } = scenario;
  return {
    name,
    rounds,
    scenario: { ...scenario, warmup: warmup.slice(1), measured: { ...measured, ...sizes } },
  };
}
