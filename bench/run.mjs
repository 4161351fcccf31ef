/** `npm run bench`: runs every subject through every scenario, prints medians and ratios, and keeps the JSON. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from './check/check.mjs';
import { record } from './check/record.mjs';
import { calmest } from './measure/calmest.mjs';
import { shareCores } from './measure/cores.mjs';
import { loadSide } from './measure/load-side.mjs';
import { runOnce } from './measure/run-once.mjs';
import { HELP, readOptions } from './options.mjs';
import { figuresOf } from './report/figures.mjs';
import { machine } from './report/machine.mjs';
import { selfTimes } from './report/profile.mjs';
import { scalingTable, table } from './report/table.mjs';
import { scenarios } from './scenarios.mjs';
import { direct, subjectsWith } from './subjects.mjs';

/** How many functions of a profile are printed. */
const PROFILE_ROWS = 30;

/** @typedef {import('./subjects.mjs').Subject} Subject */
/** @typedef {import('./scenarios.mjs').Scenario} Scenario */
/** @typedef {import('./measure/run-once.mjs').Machine} Machine */
/** @typedef {import('./report/table.mjs').Result} Result */

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(HELP);
else if (options.check) process.exitCode = (await check()) ? 0 : 1;
else if (options.record) await record();
else await main();

async function main() {
  const subjects = subjectsWith(options.baseline);
  const wanted = choose({ ...subjects, direct }, options.subjects ?? Object.keys(subjects));
  const chosenScenarios = chooseScenarios(scenarios(options), options.scenarios);
  const { present, absent, versions } = prepared(wanted);
  const bench = { cores: shareCores(), load: loadSide(options.load) };
  const folder = resultsFolder();
  const description = {
    at: new Date().toISOString(),
    ...machine(),
    pinned: bench.cores,
    load: bench.load.kind,
    absent,
    versions,
    // A result is kept, and tells nothing of where things stand in a machine.
    options: { ...options, ...(options.baseline !== undefined && { baseline: basename(options.baseline) }) },
  };
  console.log(`${JSON.stringify(description)}\n`);
  /** @type {Result[]} */
  const results = [];
  for (const [name, scenario] of chosenScenarios) {
    const rows = await turns(name, scenario, lineUp(scenario, present), { bench, folder });
    const result = { name, ...scenario, rows };
    console.log(table(result));
    results.push(result);
  }
  for (const [group, points] of groupsOf(results)) console.log(scalingTable(group, points));
  const file = `${folder}/${description.at.replaceAll(/[:.]/g, '-')}-${description.commit}.json`;
  writeFileSync(file, `${JSON.stringify({ ...description, scenarios: results }, undefined, 2)}\n`);
  console.log(`Written to ${file}`);
}

/**
 * All runs of a scenario, in which the subjects take turns.
 * @param {string} name
 * @param {Scenario} scenario
 * @param {[string, Subject][]} subjects
 * @param {{ bench: Machine, folder: string }} where
 */
async function turns(name, scenario, subjects, where) {
  /** @type {import('./report/cells.mjs').Row[]} */
  const rows = subjects.map(([subject, { title }]) => ({ subject, title, runs: [] }));
  for (let run = 1; run <= options.repeat; run += 1) {
    for (const [index, [id, subject]] of subjects.entries()) {
      process.stderr.write(`${name} ${run}/${options.repeat}: ${id}\n`);
      const figures = await calmest(() => one(id, subject, name, scenario, where), options.again);
      if (figures !== undefined) rows[index]?.runs.push(figures);
    }
  }
  return rows;
}

/**
 * One run; undefined, and said so, if it could not be done.
 * @param {string} id
 * @param {Subject} subject
 * @param {string} name
 * @param {Scenario} scenario
 * @param {{ bench: Machine, folder: string }} where
 */
async function one(id, subject, name, scenario, { bench, folder }) {
  const profileTo =
    options.profile && subject.entry !== undefined ? `${folder}/${name}-${id}.cpuprofile` : undefined;
  try {
    const run = await runOnce({
      subject,
      scenario,
      machine: bench,
      tls: options.tls,
      ...(profileTo !== undefined && { profileTo }),
    });
    if (profileTo !== undefined) {
      console.log(
        [`#### ${name}, ${id}: ${profileTo}`, ...selfTimes(profileTo, PROFILE_ROWS), ''].join('\n'),
      );
    }
    return figuresOf(run, scenario, bench.cores.gateway !== undefined && scenario.spread !== true);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name}, ${id}: no result: ${reasonOf(error)}\n`);
    return undefined;
  }
}

/**
 * Who runs in a scenario: those that were requested or else its own choice, and the load side alone where others
 * are compared with it.
 * @param {Scenario} scenario
 * @param {[string, Subject][]} present
 * @returns {[string, Subject][]}
 */
function lineUp({ subjects, added }, present) {
  const chosen =
    options.subjects === undefined
      ? present.filter(([id, { onDemand }]) => subjects?.includes(id) ?? onDemand !== true)
      : present;
  const alone = added === true && chosen.every(([id]) => id !== 'direct');
  return alone ? [['direct', direct], ...chosen] : chosen;
}

/**
 * Scenarios by name or by group; by default those that are in no group.
 * @param {Record<string, Scenario>} known
 * @param {string[] | undefined} names
 */
function chooseScenarios(known, names) {
  const all = Object.entries(known);
  if (names === undefined) return all.filter(([, { group }]) => group === undefined);
  return names.flatMap((name) => {
    const points = all.filter(([, { group }]) => group === name);
    return points.length > 0 ? points : choose(known, [name]);
  });
}

/** @param {Result[]} results */
function groupsOf(results) {
  /** @type {Map<string, Result[]>} */
  const groups = new Map();
  for (const result of results) {
    if (result.group !== undefined) groups.set(result.group, [...(groups.get(result.group) ?? []), result]);
  }
  return groups;
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

/**
 * Makes the subjects ready, and asks for their versions. One that cannot be had is named, and the others run.
 * @param {[string, Subject][]} subjects
 */
function prepared(subjects) {
  /** @type {[string, Subject][]} */
  const present = [];
  /** @type {Record<string, string>} */
  const absent = {};
  /** @type {Record<string, string>} */
  const versions = {};
  for (const [id, subject] of subjects) {
    const { entry } = subject;
    if (entry !== undefined && !existsSync(entry)) {
      throw new Error(`${entry} is missing: run 'npm run build' first`);
    }
    try {
      const version = subject.prepare?.();
      if (typeof version === 'string') versions[id] = version;
      present.push([id, subject]);
    } catch (error) {
      absent[id] = reasonOf(error);
      console.log(`${id} is absent: ${absent[id]}`);
    }
  }
  return { present, absent, versions };
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** Results stay on this machine unless `--keep` says that they are for the repository. */
function resultsFolder() {
  const folder = fileURLToPath(new URL(options.keep ? './results' : './results/local', import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}
