/**
 * `npm run soak`: two replicas, a Redis that is restarted empty and frozen, and streams whose readers are cut, come back on
 * either replica, stop their streams and leave. Each event of each reader is checked, and at the end what is left. Exits
 * with 1 if anything was that must not be.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { requireFiles } from './measure/needs.mjs';
import { OwnRedis } from './measure/redis.mjs';
import { keepResults } from './report/keep-results.mjs';
import { machine } from './report/machine.mjs';
import { soakTable } from './report/soak.mjs';
import { logSettings, startService, startUpstream } from './resume/service.mjs';
import { disturb } from './soak/chaos.mjs';
import { KEEP_SECONDS } from './soak/is-forgotten.mjs';
import { holdingsOf, leftOver } from './soak/left-over.mjs';
import { HELP, readOptions } from './soak/options.mjs';
import { Samples } from './soak/samples.mjs';
import { Story } from './soak/story.mjs';
import { World } from './soak/world.mjs';
import { requireBuild } from './subjects/programs.mjs';

const SAMPLE_MS = 10_000;
/** Thirds of a sitting want some samples each. */
const SAMPLES = 18;
/** In a shorter sitting a process still grows to its size, and its memory is told but not judged. */
const LONG_MINUTES = 5;
/** Both replicas have Redis by then, in milliseconds. */
const SETTLE_MS = 3_000;
/** What a stream's trace lives at the longest is twice what it is kept; and some more. */
const REST_MS = KEEP_SECONDS * 2_000 + 6_000;

/**
 * What a sitting gave.
 * @typedef {object} SoakResults
 * @property {{ minutes: number, streams: number, seed: number }} load
 * @property {Record<string, number>} counts
 * @property {import('./soak/world.mjs').Disturbance[]} disturbances
 * @property {number} violationCount
 * @property {string[]} violations
 * @property {Record<string, import('./soak/samples.mjs').Sample[]>} samples
 * @property {Awaited<ReturnType<typeof leftOver>>} left
 */

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(HELP);
else if (options.print !== undefined) {
  console.log(soakTable(JSON.parse(readFileSync(options.print, 'utf8')).soak));
} else await main();

async function main() {
  requireBuild();
  // A stream has several readers now and then, and all of them are sockets of this process.
  requireFiles(options.streams * 2);
  const description = {
    at: new Date().toISOString(),
    ...machine(),
    versions: { redis: OwnRedis.version() },
    options,
  };
  console.log(`${JSON.stringify(description)}\n`);
  const soak = await sitting();
  console.log(soakTable(soak));
  // Pictures are drawn of files with scenarios; this one has none.
  console.log(`Written to ${keepResults(description, { scenarios: [], soak }, options.keep)}`);
  if (soak.violationCount > 0) process.exitCode = 1;
}

/** @returns {Promise<SoakResults>} */
async function sitting() {
  const redis = await OwnRedis.start(undefined);
  const upstream = await startUpstream(undefined);
  const env = {
    SLUICE_CONFIG: logSettings({ keepSeconds: KEEP_SECONDS }),
    SLUICE_TICKET_SECRET: 'a secret that replicas share',
    SLUICE_LOG_LEVEL: 'warn',
    REDIS_URL: redis.url,
  };
  const a = await startService(upstream.port, env, undefined);
  // A replica starts without Redis too.
  await redis.kill();
  const b = await startService(upstream.port, env, undefined);
  await redis.begin();
  await delay(SETTLE_MS);
  const replicas = { a, b };
  try {
    return await soaked({ redis, upstream, replicas });
  } finally {
    for (const { child } of Object.values(replicas)) {
      child.process.kill('SIGCONT');
      await child.stop();
    }
    await upstream.child.stop();
    await redis.stop();
  }
}

/**
 * @param {object} stage
 * @param {OwnRedis} stage.redis
 * @param {import('./resume/service.mjs').Running} stage.upstream
 * @param {Record<import('./soak/world.mjs').Place, import('./resume/service.mjs').Running>} stage.replicas
 * @returns {Promise<SoakResults>}
 */
async function soaked({ redis, upstream, replicas }) {
  const { minutes, streams, seed } = options;
  const { a, b } = replicas;
  const atStart = { a: await holdingsOf(a), b: await holdingsOf(b) };
  const world = new World({ a: a.port, b: b.port });
  const untilMs = minutes * 60_000;
  const samples = new Samples(
    { a: a.child.pid, b: b.child.pid },
    { everyMs: Math.min(SAMPLE_MS, untilMs / SAMPLES), untilMs, now: () => world.now },
  );
  const children = { a: a.child, b: b.child };
  const chaos = disturb(world, { redis, replicas: children, seed, untilMs });
  await population(world, { streams, seed, untilMs });
  samples.stop();
  await chaos;
  process.stderr.write(`All streams are over; waiting for ${REST_MS / 1000} s\n`);
  await delay(REST_MS);
  const left = await leftOver(world, {
    replicas,
    atStart,
    upstream,
    redis,
    keepSeconds: KEEP_SECONDS,
    samples,
    isLong: minutes >= LONG_MINUTES,
  });
  world.close();
  const { counts, disturbances, violations, violationCount } = world;
  return {
    load: { minutes, streams, seed },
    counts,
    disturbances,
    violationCount,
    violations,
    samples: { a: samples.of('a'), b: samples.of('b') },
    left,
  };
}

/**
 * So many streams at a time, until it is time; resolves when the last one is over.
 * @param {World} world
 * @param {{ streams: number, seed: number, untilMs: number }} load
 */
async function population(world, { streams, seed, untilMs }) {
  let number = 0;
  const rampMs = Math.min(10_000, untilMs / 6);
  const slots = Array.from({ length: streams }, async (_, slot) => {
    await delay((slot * rampMs) / streams);
    while (world.now < untilMs) {
      number += 1;
      await new Story(world, number, seed).run();
    }
  });
  await Promise.all(slots);
}
