import { setTimeout as delay } from 'node:timers/promises';
import { OwnRedis } from '../measure/redis.mjs';
import { phase } from '../measure/run-once.mjs';
import { setStage, strike } from '../measure/stage.mjs';
import { requireFiles } from '../measure/needs.mjs';
import { unkeptQuestion } from '../subjects/requests.mjs';
import { held, logSettings } from './service.mjs';
import { liveSubjects } from './subjects.mjs';

/** After the last event, until connections are closed and batches are sent, in milliseconds. */
const REST_MS = 3_000;
const EVENTS = 150;
const LARGE = { keepSeconds: 86_400, maxBytes: 4 * 2 ** 30 };

/**
 * What is held with so many streams that have ended and are kept.
 * @typedef {object} Point
 * @property {number} streams
 * @property {number} rssBytes
 * @property {number} heapBytes used, and external memory
 * @property {number | undefined} redisBytes
 */

/** @typedef {{ log: 'memory' | 'redis', events: number, points: Point[] }} MemoryResult */

/**
 * @param {import('./live.mjs').Sitting} sitting
 * @returns {Promise<MemoryResult[]>}
 */
export async function memory({ small, repeat, machine }) {
  const counts = small ? [0, 100, 500] : [0, 1000, 5000];
  const results = [];
  for (let run = 1; run <= repeat; run += 1) {
    for (const log of /** @type {const} */ (['memory', 'redis'])) {
      process.stderr.write(`memory ${run}/${repeat}: ${log}\n`);
      results.push({ log, events: EVENTS, points: await points(log, counts, machine) });
    }
  }
  return results;
}

/**
 * @param {'memory' | 'redis'} log
 * @param {number[]} counts
 * @param {import('../measure/run-once.mjs').Machine} machine
 */
async function points(log, counts, machine) {
  const redis = log === 'redis' ? await OwnRedis.start(machine.cores.load) : undefined;
  const env = { SLUICE_CONFIG: logSettings(LARGE), ...(redis !== undefined && { REDIS_URL: redis.url }) };
  const subject = { ...liveSubjects[log], env };
  try {
    const stage = await setStage(subject, machine, {
      probe: 'collector',
      profileTo: undefined,
      spread: false,
    });
    try {
      return await fill(stage, subject, counts, redis);
    } finally {
      await strike(stage);
    }
  } finally {
    await redis?.stop();
  }
}

/**
 * @param {import('../measure/stage.mjs').Stage} stage
 * @param {import('../subjects.mjs').Subject} subject
 * @param {number[]} counts
 * @param {OwnRedis | undefined} redis
 */
async function fill(stage, subject, counts, redis) {
  const { gateway } = stage;
  if (gateway === undefined) throw new Error('There is no gateway');
  const concurrency = Math.min(500, counts[1] ?? 500);
  requireFiles(concurrency);
  // One event a write: what an entry of a log takes is in it. As many at a time as there are later, kept by nobody.
  const plan = (/** @type {number} */ requests) => ({
    requests,
    concurrency: Math.min(concurrency, requests),
    events: EVENTS,
    rampMs: 1000,
    intervalMs: concurrency / 15,
  });
  await phase(stage, { ...subject, request: unkeptQuestion() }, plan(concurrency * 2)).done;
  /** @type {Point[]} */
  const found = [];
  let streams = 0;
  for (const count of counts) {
    if (count > streams) {
      const { counts: counted } = await phase(stage, subject, plan(count - streams)).done;
      if (counted.failed + counted.lost > 0)
        throw new Error(`${counted.failed} streams failed, ${counted.lost} events lost`);
    }
    streams = count;
    await delay(REST_MS);
    const { memory: used } = await held(gateway);
    found.push({
      streams,
      rssBytes: used.rss,
      heapBytes: used.heapUsed + used.external,
      redisBytes: (await redis?.use())?.usedBytes,
    });
  }
  return found;
}
