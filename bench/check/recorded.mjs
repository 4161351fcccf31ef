import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const FILE = fileURLToPath(new URL('../ratios.json', import.meta.url));
const HOW = "'npm run bench -- --quick --record' writes it";

const ratios = z.record(z.string(), z.record(z.string(), z.number().positive()));
const recorded = z.object({
  machine: z.object({
    at: z.string(),
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    kernel: z.string(),
    node: z.string(),
    commit: z.string(),
    uncommitted: z.boolean(),
  }),
  ratios,
});

/** @typedef {z.infer<typeof ratios>} Ratios subject to the pipe, by scenario and subject */
/** @typedef {z.infer<typeof recorded>} Recorded and where, when and of which commit */

/**
 * The recorded ratios. Throws where there are none.
 * @returns {Recorded}
 */
export function readRecorded() {
  if (!existsSync(FILE)) throw new Error(`bench/ratios.json is missing: ${HOW}`);
  return recorded.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** @param {Recorded} values */
export function writeRecorded(values) {
  writeFileSync(FILE, `${JSON.stringify(values, undefined, 2)}\n`);
  return FILE;
}

/**
 * What is checked and not recorded, and what is recorded and not checked; each is an error.
 * @param {Ratios} known
 * @param {readonly string[]} scenarios
 * @param {readonly string[]} subjects
 * @returns {string[]}
 */
export function differences(known, scenarios, subjects) {
  const checked = scenarios.flatMap((scenario) => subjects.map((subject) => `${scenario}, ${subject}`));
  const present = Object.entries(known).flatMap(([scenario, of]) =>
    Object.keys(of).map((subject) => `${scenario}, ${subject}`),
  );
  return [
    ...checked
      .filter((name) => !present.includes(name))
      .map((name) => `${name}: no ratio is recorded. ${HOW}`),
    ...present
      .filter((name) => !checked.includes(name))
      .map((name) => `${name}: recorded, and no longer there`),
  ];
}
