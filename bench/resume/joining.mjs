import { setTimeout as delay } from 'node:timers/promises';
import { requireFiles } from '../measure/needs.mjs';
import { treeUse } from '../measure/proc.mjs';
import { OwnRedis, redisBetween } from '../measure/redis.mjs';
import { Connection } from './connection.mjs';
import { numberIn, printOrder } from './question.mjs';
import { startService, startUpstream } from './service.mjs';

/** What waited in a batch has been sent by then, in milliseconds. */
const FLUSH_MS = 500;
const STREAM = 7;

/**
 * What many readers of one running stream had of it.
 * @typedef {object} Joined
 * @property {'memory' | 'elsewhere'} from the producing replica, or another one through Redis
 * @property {number} readers
 * @property {number} behind events that they lacked when they came, on average
 * @property {number} p50Ms until a reader had what there was when it asked
 * @property {number} p99Ms
 * @property {number} maxMs
 * @property {number} readerCpuMs CPU of the replica that they asked, until the last one had it
 * @property {number} producerCpuMs of the other one
 * @property {number} clientCpuMs of this process: what it is busy for cannot be the replica's
 * @property {import('./live.mjs').RedisWork | undefined} redis until the last one had it
 * @property {number} wrong readers that had not all events, each once and in order, to the end
 */

/**
 * @param {import('./live.mjs').Sitting} sitting
 * @returns {Promise<Joined[]>}
 */
export async function joining({ small, repeat, machine }) {
  const readers = small ? 200 : 1000;
  requireFiles(readers);
  const results = [];
  for (let run = 1; run <= repeat; run += 1) {
    for (const from of /** @type {const} */ (['memory', 'elsewhere'])) {
      process.stderr.write(`join ${run}/${repeat}: ${readers} readers, ${from}\n`);
      results.push(await join(from, { readers, small }, machine.cores));
    }
  }
  return results;
}

/**
 * @param {Joined['from']} from
 * @param {{ readers: number, small: boolean }} load
 * @param {import('../measure/cores.mjs').Cores} cores
 */
async function join(from, load, cores) {
  const redis = from === 'elsewhere' ? await OwnRedis.start(cores.load) : undefined;
  const upstream = await startUpstream(cores.load);
  const env = { SLUICE_LOG_LEVEL: 'warn', ...(redis !== undefined && { REDIS_URL: redis.url }) };
  // The replica that is read has the gateway's core for itself.
  const producer = await startService(upstream.port, env, redis === undefined ? cores.gateway : cores.load);
  const asked = redis === undefined ? producer : await startService(upstream.port, env, cores.gateway);
  try {
    await read({ producer, asked, redis, readers: Math.min(100, load.readers), events: 200, more: 10 });
    const events = load.small ? 200 : 600;
    return await read({ producer, asked, redis, readers: load.readers, events, more: load.small ? 30 : 100 });
  } finally {
    await asked.child.stop();
    if (asked !== producer) await producer.child.stop();
    await upstream.child.stop();
    await redis?.stop();
  }
}

/**
 * Starts a stream, lets it come to some events, and lets all readers ask at once.
 * @param {object} options
 * @param {import('./service.mjs').Running} options.producer
 * @param {import('./service.mjs').Running} options.asked
 * @param {OwnRedis | undefined} options.redis
 * @param {number} options.readers
 * @param {number} options.events that there are when they come
 * @param {number} options.more that come then, ten a second
 * @returns {Promise<Joined>}
 */
async function read({ producer, asked, redis, readers, events, more }) {
  const order = printOrder({ stream: STREAM, events: events + more, burst: events, ms: 100 });
  const path = `/stream?content=${encodeURIComponent(order)}`;
  const target = events;
  /** @type {Connection} */
  const live = await new Promise((resolve) => {
    const first = new Connection({ port: producer.port, path }, ({ sequence }) => {
      if (sequence === target) resolve(first);
    });
  });
  await delay(FLUSH_MS);
  const before = await redis?.use();
  const start = { asked: treeUse(asked.child.pid), producer: treeUse(producer.child.pid) };
  const cpu = process.cpuUsage();
  const all = Array.from({ length: readers }, () => {
    const after = Math.floor(Math.random() * target);
    return joiner(asked.port, live.streamId, { after, target });
  });
  const ms = (await Promise.all(all.map(({ caughtUp }) => caughtUp))).toSorted((a, b) => a - b);
  const { user, system } = process.cpuUsage(cpu);
  const end = { asked: treeUse(asked.child.pid), producer: treeUse(producer.child.pid) };
  const after = await redis?.use();
  const wholes = await Promise.all(all.map(({ whole }) => whole));
  await live.over;
  const at = (/** @type {number} */ share) => ms[Math.floor((ms.length - 1) * share)] ?? NaN;
  const other = asked === producer ? 0 : cpuMs(start.producer, end.producer);
  return {
    from: asked === producer ? 'memory' : 'elsewhere',
    readers,
    behind: all.reduce((sum, { lacks }) => sum + lacks, 0) / readers,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    readerCpuMs: cpuMs(start.asked, end.asked),
    producerCpuMs: other,
    clientCpuMs: (user + system) / 1000,
    redis: before === undefined || after === undefined ? undefined : redisBetween(before, after),
    wrong: wholes.filter((isWhole) => !isWhole).length,
  };
}

/**
 * One that has the frames up to `after`, and is caught up when it has the one with the number `target`. Who is broken off
 * before that is never caught up: it is counted when the connection is over, and is not whole.
 * @param {number} port
 * @param {string} id
 * @param {{ after: number, target: number }} position
 */
function joiner(port, id, { after, target }) {
  const begun = performance.now();
  const check = new JoinCheck(after);
  const question = { port, path: `/v1/streams/${id}`, headers: { 'last-event-id': `${id}.${after}` } };
  /** @type {Connection | undefined} */
  let connection;
  const reached = new Promise((resolve) => {
    connection = new Connection(question, (frame) => {
      check.take(frame);
      if (frame.sequence === target) resolve(undefined);
    });
  });
  const over = connection?.over;
  const caughtUp = Promise.race([reached, over]).then(() => performance.now() - begun);
  const whole = Promise.resolve(over).then((how) => how?.how === 'ended' && check.isWhole);
  return { caughtUp, whole, lacks: target - after };
}

/** Sees that every event comes once and in order, to the end. */
class JoinCheck {
  #good = true;
  #ended = false;
  #shift = NaN;

  /** @param {number} after the number of the last frame that the reader has */
  constructor(after) {
    this.next = after + 1;
  }

  get isWhole() {
    return this.#good && this.#ended;
  }

  /** @param {import('./frames.mjs').NativeFrame} frame */
  take({ sequence, type, data }) {
    this.#good &&= sequence === this.next && !this.#ended;
    this.next += 1;
    if (type !== 'delta') {
      this.#ended = type === 'done';
      return;
    }
    const number = numberIn(STREAM, data.delta ?? '') ?? NaN;
    if (Number.isNaN(this.#shift)) this.#shift = sequence - number;
    this.#good &&= sequence - number === this.#shift;
  }
}

/**
 * @param {import('../measure/proc.mjs').TreeUse} from
 * @param {import('../measure/proc.mjs').TreeUse} to
 */
function cpuMs(from, to) {
  return to.userMs + to.systemMs - from.userMs - from.systemMs;
}
