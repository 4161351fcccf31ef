import { setTimeout as delay } from 'node:timers/promises';
import { calmest } from '../measure/calmest.mjs';
import { OwnRedis, redisBetween } from '../measure/redis.mjs';
import { measure, warmUp } from '../measure/run-once.mjs';
import { setStage, strike } from '../measure/stage.mjs';
import { figuresOf } from '../report/figures.mjs';
import { scenarios } from '../scenarios.mjs';
import { liveSubjects } from './subjects.mjs';

/** Of each stream, in both loads: what a stream takes once is then the same part of an event. */
const EVENTS = 150;
/** So few streams leave the core idle for most of the time: what is slower then has waited for something. */
const FEW = 20;
/** Of those: as many one after the other as make 30,000 events, since the p99 of a few thousand is chance. */
const FEW_REQUESTS = 200;
/** After the last event: what waited in a batch has been sent by then, in milliseconds. */
const FLUSH_MS = 500;

/**
 * What Redis did for a run, or for some readers.
 * @typedef {{ commands: Record<string, number>, total: number, cpuUs: number }} RedisWork
 */
/** @typedef {import('../report/figures.mjs').Figures & { redis?: RedisWork }} LiveFigures */
/** @typedef {{ subject: string, title: string, runs: LiveFigures[] }} LiveRow */
/** @typedef {import('../scenarios.mjs').Scenario & { name: string, rows: LiveRow[] }} LiveResult */
/**
 * @typedef {object} Sitting
 * @property {boolean} small
 * @property {number} repeat
 * @property {number} again how often a disturbed run is done again, at most
 * @property {import('./options.mjs').Load[]} loads
 * @property {import('./options.mjs').LiveName[]} subjects
 * @property {import('../measure/run-once.mjs').Machine} machine
 */

/**
 * The loads of `npm run bench` in which streams are live, with each way to keep them.
 * @param {Sitting} sitting
 */
export async function live(sitting) {
  const results = [];
  for (const load of sitting.loads) {
    results.push(await turns(`resume-${load}`, loadOf(load, sitting.small), sitting.subjects, sitting));
  }
  return results;
}

/**
 * @param {import('./options.mjs').Load} load
 * @param {boolean} quick
 */
function loadOf(load, quick) {
  const streams = load === 'light' ? FEW : undefined;
  const found = scenarios({ quick, events: EVENTS, streams })[load === 'light' ? 'moderate' : load];
  if (found === undefined) throw new Error('The loads have other names');
  if (load !== 'light' || quick) return found;
  const measured = { ...found.measured, requests: FEW_REQUESTS };
  return {
    ...found,
    measured,
    load: found.load.replace(/\d+ × \d+ events$/u, `${FEW_REQUESTS} × ${EVENTS} events`),
  };
}

/**
 * How the commands go with the pace of a stream; of Redis alone.
 * @param {Sitting} sitting
 */
export async function rates(sitting) {
  const paces = sitting.small
    ? [
        { rate: 20, streams: 20, events: 60 },
        { rate: 200, streams: 20, events: 300 },
        { rate: 1000, streams: 5, events: 1500 },
      ]
    : [
        { rate: 20, streams: 200, events: 150 },
        { rate: 200, streams: 50, events: 800 },
        { rate: 1000, streams: 10, events: 4000 },
      ];
  const results = [];
  for (const { rate, streams, events } of paces) {
    const { chat } = scenarios({ quick: sitting.small, rate, streams, events });
    if (chat === undefined) throw new Error('The loads have other names');
    results.push(await turns(`resume-rate-${rate}`, chat, ['redis'], sitting));
  }
  return results;
}

/**
 * @param {string} name
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {readonly import('./options.mjs').LiveName[]} subjects
 * @param {Sitting} sitting
 * @returns {Promise<LiveResult>}
 */
async function turns(name, scenario, subjects, { repeat, again, machine }) {
  /** @type {LiveRow[]} */
  const rows = subjects.map((subject) => ({ subject, title: liveSubjects[subject].title, runs: [] }));
  for (let run = 1; run <= repeat; run += 1) {
    for (const [index, subject] of subjects.entries()) {
      process.stderr.write(`${name} ${run}/${repeat}: ${subject}\n`);
      const figures = await calmest(() => one(liveSubjects[subject], scenario, machine), again);
      if (figures !== undefined) rows[index]?.runs.push(figures);
    }
  }
  return { name, ...scenario, rows };
}

/**
 * One run with fresh processes, a Redis included where there is one.
 * @param {import('./subjects.mjs').LiveSubject} subject
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {import('../measure/run-once.mjs').Machine} machine
 * @returns {Promise<LiveFigures>}
 */
async function one(subject, scenario, machine) {
  const redis = subject.redis === true ? await OwnRedis.start(machine.cores.load) : undefined;
  const asked = redis === undefined ? subject : { ...subject, env: { REDIS_URL: redis.url } };
  const options = { probe: undefined, profileTo: undefined, spread: false };
  try {
    const stage = await setStage(asked, machine, options);
    try {
      await warmUp(stage, asked, scenario);
      const before = await redis?.use();
      const run = await measure(stage, asked, scenario, machine.cores);
      await delay(FLUSH_MS);
      const after = await redis?.use();
      const figures = figuresOf(run, scenario, machine.cores.gateway !== undefined);
      return before === undefined || after === undefined
        ? figures
        : { ...figures, redis: redisBetween(before, after) };
    } finally {
      await strike(stage);
    }
  } finally {
    await redis?.stop();
  }
}
