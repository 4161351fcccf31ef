/**
 * `npm run bench:flames RESULTS.json FILE.svg`: draws where the CPU of each subject went, of results of `npm run bench --
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

const results = readResults(from);
for (const scenario of results.scenarios) {
  const flames = scenario.rows.flatMap(({ subject, title, runs }) => {
    const file = join(dirname(from), `${scenario.name}-${subject}.cpuprofile`);
    if (!existsSync(file)) return [];
    return [{ title, value: median(runs.map(({ value }) => value)), tree: callTree(readProfile(file)) }];
  });
  if (flames.length === 0) continue;
  const picture = {
    title: `Where the CPU time goes: ${scenario.name}`,
    unit: `µs of CPU by ${scenario.per}`,
    source: sourceOf(results),
    flames,
  };
  writeFileSync(to, flameChart(picture));
  console.log(`Written to ${to}`);
  break;
}
