import { availableParallelism } from 'node:os';

/** Of the machine: read before this process goes to those of the load side. */
const CORES = availableParallelism();
/** Above this share of its core used by somebody else, a run is marked. */
const DISTURBED = 0.05;
/** Above this share of its core the load side may be what is measured. */
const LIMITING = 0.9;
/** Above this share of all cores there was none left for another process. */
const FULL = 0.9;
/** Above this share of its core a gateway does not keep up. */
const SATURATED = 0.95;

/**
 * What one run says. CPU is of the gateway's whole process tree.
 * @typedef {object} Figures
 * @property {number} value what the scenario is about, in the unit of its table
 * @property {'whole' | 'steady'} window that it is over: the scenario's, but for streams that were never all open
 * @property {number} cpuUs CPU µs per event in the window, user and system
 * @property {number} userUs the part of it that is not the kernel's
 * @property {number} wholeCpuUs CPU µs per event over the whole phase, opening and ending included
 * @property {number} eventsPerSecond
 * @property {number | undefined} offeredPerSecond events that the upstream's schedule had in it; only of a window in which all are open
 * @property {number} requestsPerSecond
 * @property {number} gatewayCpu share of one core
 * @property {number} loadCpu share of one core, upstream and client together
 * @property {number} loadUs CPU µs per event of the load side
 * @property {number} otherCpu share of the gateway's core that was somebody else's
 * @property {number | undefined} inUseKb KB for each open stream that V8 holds, of idle streams behind a gateway in Node
 * @property {number} eventsPerRead events for each read of the client, over the whole phase
 * @property {import('../measure/stall.mjs').Stall} [stall]
 * @property {{ left: number, unseen: number, p50Ms: number | undefined, p99Ms: number | undefined }} [leaving]
 * @property {import('../load/load-run.mjs').Counts} counts
 * @property {string[]} marks
 */

/**
 * @param {import('../measure/run-once.mjs').RawRun} run
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {boolean} pinned
 * @returns {Figures}
 */
export function figuresOf(run, scenario, pinned) {
  const { counts } = run;
  const steady = scenario.window === 'steady' && run.open.atMs < run.closing.atMs;
  const [from, to] = steady ? [run.open, run.closing] : [run.start, run.done];
  const elapsedMs = to.atMs - from.atMs;
  const gateway = cpuBetween(from.gateway, to.gateway);
  const events = to.events - from.events;
  const whole = cpuBetween(run.start.gateway, run.done.gateway);
  const loadMs = cpuBetween(from.upstream, to.upstream).totalMs + cpuBetween(from.client, to.client).totalMs;
  const otherMs = pinned && gateway.totalMs > 0 ? to.coreBusyMs - from.coreBusyMs - gateway.totalMs : 0;
  const { concurrency, intervalMs } = scenario.measured;
  const perStream = (/** @type {number} */ bytes) => bytes / 1024 / (concurrency - counts.failed);
  const { start, closing } = run;
  const leaving = leavingOf(run.leaving);
  const values = {
    event: (gateway.totalMs * 1000) / events,
    request: (gateway.totalMs * 1000) / counts.requests,
    stream: perStream(closing.gateway.rssBytes - start.gateway.rssBytes),
    latency: counts.latency?.p50 ?? NaN,
    stall: (run.stall?.growthBytes ?? NaN) / 1e6,
    leave: leaving?.p50Ms ?? NaN,
  };
  const figures = {
    value: values[scenario.per],
    window: steady ? /** @type {const} */ ('steady') : /** @type {const} */ ('whole'),
    cpuUs: values.event,
    userUs: (gateway.userMs * 1000) / events,
    wholeCpuUs: (whole.totalMs * 1000) / counts.events,
    eventsPerSecond: (events * 1000) / elapsedMs,
    offeredPerSecond: steady && intervalMs !== undefined ? (concurrency * 1000) / intervalMs : undefined,
    requestsPerSecond: (counts.requests * 1000) / (run.done.atMs - run.start.atMs),
    gatewayCpu: gateway.totalMs / elapsedMs,
    loadCpu: loadMs / elapsedMs,
    loadUs: (loadMs * 1000) / events,
    otherCpu: Math.max(0, otherMs / elapsedMs),
    inUseKb:
      start.inUseBytes === undefined || closing.inUseBytes === undefined
        ? undefined
        : perStream(closing.inUseBytes - start.inUseBytes),
    eventsPerRead: counts.events / counts.reads,
    counts,
    ...(run.stall !== undefined && { stall: run.stall }),
    ...(leaving !== undefined && { leaving }),
  };
  const marks = marksOf(figures, scenario);
  if (scenario.window === 'steady' && !steady) marks.push('never all open at once: over the whole phase');
  return { ...figures, marks };
}

/**
 * Whether so much of the gateway's core was somebody else's that a run says little.
 * @param {Pick<Figures, 'otherCpu'>} figures
 */
export function isDisturbed({ otherCpu }) {
  return otherCpu > DISTURBED;
}

/**
 * Whether a gateway did not keep up with events that come at their own pace.
 * @param {Pick<Figures, 'gatewayCpu'>} figures
 * @param {{ per: string, measured: { intervalMs?: number | undefined } }} scenario
 */
export function isSaturated({ gatewayCpu }, { per, measured }) {
  return measured.intervalMs !== undefined && per === 'event' && gatewayCpu > SATURATED;
}

/** @param {import('../measure/leaving.mjs').Leaving | undefined} leaving */
function leavingOf(leaving) {
  if (leaving === undefined) return undefined;
  const { left, unseen, ms } = leaving;
  const at = (/** @type {number} */ share) => ms[Math.floor((ms.length - 1) * share)];
  return { left, unseen, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * The middle value; of an even number, the mean of the middle two.
 * @param {number[]} values
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/**
 * What must be known of a run beside its figures.
 * @param {Omit<Figures, 'marks'>} figures
 * @param {import('../scenarios.mjs').Scenario} scenario
 */
function marksOf(figures, scenario) {
  const { counts, gatewayCpu, loadCpu, otherCpu, stall } = figures;
  const marks = [];
  if (isDisturbed(figures)) marks.push(`disturbed: ${percent(otherCpu)} of the core was another's`);
  if (loadCpu > LIMITING && gatewayCpu < LIMITING) marks.push('the load side is the limit');
  if (scenario.spread === true && gatewayCpu + loadCpu > FULL * CORES) {
    marks.push(`all ${CORES} cores are full: the load side needs some of what the workers could use`);
  }
  if (isSaturated(figures, scenario)) {
    marks.push('saturated: it finds more events in a read, and looks cheaper than it is');
  }
  const { failed, failedStatus } = counts;
  if (failed > 0) marks.push(`${failed} requests failed${failedStatus ? `, status ${failedStatus}` : ''}`);
  if (counts.lost + counts.doubled + counts.reordered > 0) {
    marks.push(`${counts.lost} lost, ${counts.doubled} doubled, ${counts.reordered} reordered`);
  }
  if (stall?.cut === true) marks.push('the gateway closed the stream');
  if (stall?.died === true) marks.push('the gateway did not live through it');
  return marks;
}

/**
 * @param {import('../measure/proc.mjs').TreeUse} from
 * @param {import('../measure/proc.mjs').TreeUse} to
 */
function cpuBetween(from, to) {
  const userMs = to.userMs - from.userMs;
  const systemMs = to.systemMs - from.systemMs;
  return { userMs, systemMs, totalMs: userMs + systemMs };
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
}
