/** `npm run bench:picture [results.json]`: draws docs/benchmarks.svg from results that are kept. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chart } from './picture/chart.mjs';
import { newestResults, readResults } from './picture/results.mjs';
import { drawnScenarios, seriesOf, sourceOf } from './picture/series.mjs';

const FILE = fileURLToPath(new URL('../docs/benchmarks.svg', import.meta.url));

const results = readResults(process.argv[2] ?? newestResults(drawnScenarios));
writeFileSync(FILE, chart({ ...seriesOf(results), source: sourceOf(results) }));
console.log(`Written to ${FILE}`);
