import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const KEPT = fileURLToPath(new URL('../results/', import.meta.url));

/** JSON has null for what is not a number. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);
const run = z.object({ value: figure, gatewayCpu: figure });
const row = z.object({ subject: z.string(), title: z.string(), runs: z.array(run) });
const scenario = z.object({
  name: z.string(),
  per: z.string(),
  measured: z.object({
    concurrency: z.number(),
    events: z.number(),
    eventsPerWrite: z.number().optional(),
    intervalMs: z.number().optional(),
  }),
  rows: z.array(row),
});
const results = z.object({
  cpu: z.string(),
  cores: z.number(),
  node: z.string(),
  commit: z.string(),
  uncommitted: z.boolean(),
  scenarios: z.array(scenario),
});

/** @typedef {z.infer<typeof results>} Results what a picture needs of a file that the bench wrote */
/** @typedef {z.infer<typeof scenario>} ScenarioResult */
/** @typedef {z.infer<typeof row>} ResultRow */

/**
 * @param {string} file
 * @returns {Results}
 */
export function readResults(file) {
  return results.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * The newest file that is kept and has one of the scenarios. Names begin with the time.
 * @param {readonly string[]} names of scenarios
 */
export function newestResults(names) {
  const name = readdirSync(KEPT)
    .filter((entry) => entry.endsWith('.json'))
    .toSorted()
    .findLast((entry) => readResults(KEPT + entry).scenarios.some((one) => names.includes(one.name)));
  if (name === undefined)
    throw new Error(
      "bench/results holds no results that can be drawn: 'npm run bench -- --keep' writes them",
    );
  return KEPT + name;
}
