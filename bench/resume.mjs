/**
 * `npm run bench:resume`: what it costs to keep streams, in memory and in Redis: live readers, Redis commands, many readers
 * of one stream, memory of streams that have ended. Prints tables, and keeps the JSON.
 */
import { readFileSync } from 'node:fs';
import { shareCores } from './measure/cores.mjs';
import { loadSide } from './measure/load-side.mjs';
import { OwnRedis } from './measure/redis.mjs';
import { keepResults } from './report/keep-results.mjs';
import { machine } from './report/machine.mjs';
import { resumeTables } from './report/resume.mjs';
import { joining } from './resume/joining.mjs';
import { live, rates } from './resume/live.mjs';
import { memory } from './resume/memory.mjs';
import { HELP, readOptions } from './resume/options.mjs';
import { requireBuild } from './subjects/programs.mjs';

/**
 * What a sitting gave.
 * @typedef {object} ResumeResults
 * @property {import('./resume/live.mjs').LiveResult[]} scenarios
 * @property {import('./resume/joining.mjs').Joined[]} joined
 * @property {import('./resume/memory.mjs').MemoryResult[]} memory
 */

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(HELP);
else if (options.print !== undefined) {
  console.log(resumeTables(JSON.parse(readFileSync(options.print, 'utf8'))));
} else await main();

async function main() {
  requireBuild();
  const bench = { cores: shareCores(), load: loadSide('native') };
  const sitting = { ...options, machine: bench };
  const description = {
    at: new Date().toISOString(),
    ...machine(),
    pinned: bench.cores,
    load: bench.load.kind,
    versions: { redis: OwnRedis.version() },
    options,
  };
  console.log(`${JSON.stringify(description)}\n`);
  const does = (/** @type {string} */ part) => options.parts.includes(part);
  /** @type {ResumeResults} */
  const results = {
    scenarios: [...(does('live') ? await live(sitting) : []), ...(does('rates') ? await rates(sitting) : [])],
    joined: does('join') ? await joining(sitting) : [],
    memory: does('memory') ? await memory(sitting) : [],
  };
  console.log(resumeTables(results));
  console.log(`Written to ${keepResults(description, results, options.keep)}`);
}
