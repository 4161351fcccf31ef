/**
 * `npm run bench:flames RESULTS.json FILE.svg`: draws where the CPU of each subject went in the first scenario with profiles, of results of `npm run bench --
 * --profile` and the profiles beside them.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flameChart } from './picture/flame-chart.mjs';
import { readResults } from './picture/results.mjs';
import { sourceOf } from './picture/series.mjs';
import { callTree } from './report/call-tree.mjs';
import { median } from './report/figures.mjs';
import { readProfile } from './report/profile.mjs';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('Which results, and into which file?');

const folder = dirname(from);
const results = readResults(from);
const drawn = results.scenarios.map((scenario) => ({ scenario, flames: flamesOf(scenario) }));
const found = drawn.find(({ flames }) => flames.length > 0);
if (found === undefined)
  throw new Error(`No profiles beside ${from}: 'npm run bench -- --profile' leaves them`);
const { scenario, flames } = found;
writeFileSync(
  to,
  flameChart({
    title: `Where the CPU time goes: ${scenario.name}`,
    unit: `µs of CPU by ${scenario.per}`,
    source: sourceOf(results),
    flames,
  }),
);
console.log(`Written to ${to}`);

/** @param {import('./picture/results.mjs').ScenarioResult} result */
function flamesOf({ name, rows }) {
  return rows.flatMap(({ subject, title, runs }) => {
    const file = join(folder, `${name}-${subject}.cpuprofile`);
    if (!existsSync(file)) return [];
    return [{ title, value: median(runs.map(({ value }) => value)), tree: callTree(readProfile(file)) }];
  });
}
