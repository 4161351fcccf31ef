/** `npm run bench`: runs every subject through every scenario, prints medians and ratios, and keeps the JSON. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shareCores } from './measure/cores.mjs';
import { runOnce } from './measure/run-once.mjs';
import { HELP, readOptions } from './options.mjs';
import { figuresOf } from './report/figures.mjs';
import { machine } from './report/machine.mjs';
import { selfTimes } from './report/profile.mjs';
import { table } from './report/table.mjs';
import { scenarios } from './scenarios.mjs';
import { direct, subjectsWith } from './subjects.mjs';

/** How many functions of a profile are printed. */
const PROFILE_ROWS = 30;

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(HELP);
else await main();

async function main() {
  const subjects = subjectsWith(options.baseline);
  const chosenSubjects = choose({ ...subjects, direct }, options.subjects ?? Object.keys(subjects));
  const known = scenarios(options);
  const chosenScenarios = choose(known, options.scenarios ?? Object.keys(known));
  requireBuild(chosenSubjects.map(([, { entry }]) => entry));
  const cores = shareCores();
  const folder = resultsFolder();
  const description = { at: new Date().toISOString(), ...machine(), pinned: cores, options };
  console.log(`${JSON.stringify(description)}\n`);
  const results = [];
  for (const [name, scenario] of chosenScenarios) {
    /** @type {import('./report/table.mjs').Row[]} */
    const rows = chosenSubjects.map(([subject, { title }]) => ({ subject, title, runs: [] }));
    for (let run = 1; run <= options.repeat; run += 1) {
      for (const [index, [id, subject]] of chosenSubjects.entries()) {
        process.stderr.write(`${name} ${run}/${options.repeat}: ${id}\n`);
        const figures = await one(id, subject, name, scenario, { cores, folder });
        if (figures !== undefined) rows[index]?.runs.push(figures);
      }
    }
    console.log(table(name, scenario, rows));
    results.push({ name, ...scenario, rows });
  }
  const file = `${folder}/${description.at.replaceAll(/[:.]/g, '-')}-${description.commit}.json`;
  writeFileSync(file, `${JSON.stringify({ ...description, scenarios: results }, undefined, 2)}\n`);
  console.log(`Written to ${file}`);
}

/**
 * One run; undefined, and said so, if it could not be done.
 * @param {string} id
 * @param {import('./subjects.mjs').Subject} subject
 * @param {string} name
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {{ cores: import('./measure/cores.mjs').Cores, folder: string }} where
 */
async function one(id, subject, name, scenario, { cores, folder }) {
  const profileTo =
    options.profile && subject.entry !== undefined ? `${folder}/${name}-${id}.cpuprofile` : undefined;
  try {
    const run = await runOnce({ subject, scenario, cores, ...(profileTo !== undefined && { profileTo }) });
    if (profileTo !== undefined) {
      console.log(
        [`#### ${name}, ${id}: ${profileTo}`, ...selfTimes(profileTo, PROFILE_ROWS), ''].join('\n'),
      );
    }
    return figuresOf(run, scenario, cores.gateway !== undefined);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(
      `${name}, ${id}: no result: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}

/**
 * @template T
 * @param {Record<string, T>} all
 * @param {string[]} names
 * @returns {[string, T][]}
 */
function choose(all, names) {
  return names.map((name) => {
    const found = all[name];
    if (found === undefined) throw new Error(`'${name}' is none of ${Object.keys(all).join(', ')}`);
    return [name, found];
  });
}

/** @param {(string | undefined)[]} entries */
function requireBuild(entries) {
  const missing = entries.find((entry) => entry !== undefined && !existsSync(entry));
  if (missing !== undefined) throw new Error(`${missing} is missing: run 'npm run build' first`);
}

/** Results stay on this machine unless `--keep` says that they are for the repository. */
function resultsFolder() {
  const folder = fileURLToPath(new URL(options.keep ? './results' : './results/local', import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}
