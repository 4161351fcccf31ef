import { requestOf } from '../subjects.mjs';
import { watchLeaving } from './leaving.mjs';
import { requireFiles, requireLoad } from './needs.mjs';
import { coreBusyMs, treeUse } from './proc.mjs';
import { setStage, strike } from './stage.mjs';
import { watchStall } from './stall.mjs';

/** What a run may take beyond what it must take, in milliseconds. */
const SLACK_MS = 60_000;
/** How long a process may rest between warm-up and measurement, in milliseconds. */
const SETTLE_MS = 500;

/** A client that stalls counts nothing. */
const NOTHING = { events: 0, requests: 0, lost: 0, doubled: 0, reordered: 0, failed: 0, reads: 0 };

/**
 * The state of the machine at one moment of a run.
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number} coreBusyMs of the gateway's core
 * @property {import('./proc.mjs').TreeUse} gateway
 * @property {import('./proc.mjs').TreeUse} upstream
 * @property {import('./proc.mjs').TreeUse} client
 * @property {number} events that the client had by then
 * @property {number | undefined} [inUseBytes] of the gateway's memory, where it is V8's and its garbage was collected
 */

/**
 * What one run gave, as it was sampled.
 * @typedef {object} RawRun
 * @property {Sample} start
 * @property {Sample} open
 * @property {Sample} closing
 * @property {Sample} done
 * @property {import('../load/load-run.mjs').Counts} counts
 * @property {import('./stall.mjs').Stall} [stall]
 * @property {import('./leaving.mjs').Leaving} [leaving]
 */

/** @typedef {{ cores: import('./cores.mjs').Cores, load: import('./load-side.mjs').LoadSide }} Machine */

/**
 * One run: fresh processes, warm-up, the measured phase.
 * @param {object} options
 * @param {import('../subjects.mjs').Subject} options.subject
 * @param {import('../scenarios.mjs').Scenario} options.scenario
 * @param {Machine} options.machine
 * @param {string} [options.profileTo]
 * @param {boolean} [options.tls]
 * @returns {Promise<RawRun>}
 */
export async function runOnce({ subject, scenario, machine, profileTo, tls = false }) {
  requireFiles(scenario.measured.concurrency);
  requireLoad(scenario, machine.load);
  // Memory is what is held, not what the collector has yet to find.
  const probe = scenario.per === 'stream' ? 'collector' : profileTo === undefined ? undefined : 'profiler';
  const spread = scenario.spread === true;
  const stage = await setStage(subject, machine, { probe, profileTo, spread, tls });
  try {
    await warmUp(stage, subject, scenario);
    if (profileTo !== undefined) await poke(stage);
    const run = await measure(stage, subject, scenario, machine.cores);
    if (profileTo !== undefined) await poke(stage);
    return run;
  } finally {
    await strike(stage);
  }
}

/**
 * Makes a gateway hot, and lets it come to rest.
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('../subjects.mjs').Subject} subject
 * @param {{ warmup: import('../scenarios.mjs').Plan[] }} scenario
 */
export async function warmUp(stage, subject, { warmup }) {
  for (const plan of warmup) await phase(stage, subject, plan).done;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/**
 * The measured phase of a scenario, on a stage that is warm.
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('../subjects.mjs').Subject} subject
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {import('./cores.mjs').Cores} cores
 * @returns {Promise<RawRun>}
 */
export async function measure(stage, subject, scenario, cores) {
  const take = async (/** @type {number} */ events) => {
    const memory = scenario.per === 'stream' ? await poke(stage) : undefined;
    const inUseBytes = memory === undefined ? undefined : memory.heapUsed + memory.external;
    return { ...sample(stage, cores, events), inUseBytes };
  };
  const start = await take(0);
  const { open, closing, done } = phase(stage, subject, scenario.measured);
  const opened = open.then((events) => sample(stage, cores, events));
  if (scenario.per === 'stall') {
    void done.catch(() => undefined);
    const stall = await watchStall(stage, (await opened).gateway.rssBytes, start.gateway.rssBytes);
    const end = sample(stage, cores, 0);
    return { start, open: await opened, closing: end, done: end, counts: NOTHING, stall };
  }
  const closed = closing.then((events) => take(events));
  const { counts, left } = await done;
  const end = sample(stage, cores, counts.events);
  const run = { start, open: await opened, closing: await closed, done: end, counts };
  return scenario.per === 'leave' ? { ...run, leaving: await watchLeaving(stage, left ?? []) } : run;
}

/**
 * Makes the probe in the gateway do its work. Resolves with the memory that the gateway has then, where it says so.
 * @param {import('./stage.mjs').Stage} stage
 */
async function poke({ gateway, probe }) {
  if (gateway === undefined || probe === undefined) return undefined;
  const probed = gateway.message('probed', SLACK_MS);
  gateway.process.kill('SIGUSR2');
  const { memory } = await probed;
  return memory;
}

/**
 * Lets the load client work through a plan. `open` and `closing` resolve with the number of events by then.
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('../subjects.mjs').Subject} subject
 * @param {import('../scenarios.mjs').Plan} plan
 */
export function phase({ upstream, client, port, upstreamPort }, subject, plan) {
  const limitMs = SLACK_MS + plan.rampMs + (plan.holdMs ?? plan.events * 2 * (plan.intervalMs ?? 0));
  const ready = upstream.message('ready', SLACK_MS);
  upstream.send({ type: 'plan', ...plan });
  const told = (/** @type {string} */ type) => client.message(type, limitMs);
  const done = told('done').then(({ counts, left }) => {
    if (counts === undefined) throw new Error('The load client counted nothing');
    return { counts, left };
  });
  const events = (/** @type {string} */ type) => {
    // Where nothing opens, `done` says why; these must not be rejections that nobody awaits.
    const message = Promise.race([told(type), done.then(() => undefined)]);
    return message.then(
      (said) => said?.events ?? 0,
      () => 0,
    );
  };
  const phases = { open: events('open'), closing: events('closing'), done };
  const bytes = Buffer.from(requestOf(subject, upstreamPort), 'latin1').toString('hex');
  void ready.then(() => client.send({ type: 'go', port, request: bytes, ...plan }));
  return phases;
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./cores.mjs').Cores} cores
 * @param {number} events
 * @returns {Sample}
 */
function sample({ gateway, upstream, client }, cores, events) {
  return {
    atMs: performance.now(),
    coreBusyMs: cores.gateway === undefined ? 0 : coreBusyMs(cores.gateway),
    gateway: gateway === undefined ? { userMs: 0, systemMs: 0, rssBytes: 0 } : treeUse(gateway.pid),
    upstream: treeUse(upstream.pid),
    client: treeUse(client.pid),
    events,
  };
}
