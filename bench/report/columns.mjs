import { middle, number, percent } from './cells.mjs';

/** @typedef {import('./cells.mjs').Row} Row */
/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {{ floor: Row | undefined, direct: Row | undefined }} Beside the rows that others are compared with */
/** @typedef {{ title: string, cell: (row: Row, beside: Beside) => string }} Column */

/**
 * @param {string} title
 * @param {(run: Figures) => number | undefined} read
 * @returns {Column}
 */
function figure(title, read) {
  return { title, cell: (row) => number(middle(row, read)) };
}

/**
 * What a subject adds to the same figure without a gateway, whose own is in brackets.
 * @param {string} title
 * @param {(run: Figures) => number | undefined} read
 * @returns {Column}
 */
function added(title, read) {
  return {
    title: `added ${title}`,
    cell: (row, { direct }) => {
      const itself = middle(row, read);
      return row === direct ? `(${number(itself)})` : number(itself - middle(direct, read));
    },
  };
}

/**
 * @param {(run: Figures) => number} read
 * @returns {Column}
 */
function ratio(read) {
  const cell = (/** @type {Row} */ row, /** @type {Beside} */ { floor }) => {
    const share = middle(row, read) / middle(floor, read);
    return Number.isFinite(share) ? share.toFixed(2) : '–';
  };
  return { title: '× pipe', cell };
}

const value = (/** @type {Figures} */ run) => run.value;
const latency = {
  p50: (/** @type {Figures} */ run) => run.counts.latency?.p50,
  p99: (/** @type {Figures} */ run) => run.counts.latency?.p99,
};
const ttft = {
  p50: (/** @type {Figures} */ run) => run.counts.ttft?.p50,
  p99: (/** @type {Figures} */ run) => run.counts.ttft?.p99,
};

/** @type {Column[]} */
const CORES = [
  { title: 'gateway core', cell: (row) => percent(middle(row, (run) => run.gatewayCpu)) },
  { title: 'load core', cell: (row) => percent(middle(row, (run) => run.loadCpu)) },
];

/** @type {Column} */
const ERRORS = {
  title: 'lost/doubled/reordered',
  cell: ({ runs }) => {
    const sum = (/** @type {'lost' | 'doubled' | 'reordered'} */ kind) =>
      runs.reduce((total, { counts }) => total + counts[kind], 0);
    return `${sum('lost')}/${sum('doubled')}/${sum('reordered')}`;
  },
};

/** @type {Column} */
const DELIVERED = {
  title: 'delivered of offered',
  cell: (row) => percent(middle(row, (run) => run.eventsPerSecond / (run.offeredPerSecond ?? NaN))),
};

const LATENCIES = [added('latency p50 µs', latency.p50), added('p99', latency.p99)];
const TTFTS = [added('TTFT p50 µs', ttft.p50), added('TTFT p99', ttft.p99)];

/**
 * The columns after a subject's name.
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @returns {Column[]}
 */
export function columnsOf({ per, added: compared, measured }) {
  const paced = measured.intervalMs !== undefined;
  const latencies = compared === true ? [...LATENCIES, ...TTFTS] : [];
  const columns = {
    event: [
      figure('CPU µs/event', value),
      ratio(value),
      figure('of it user', (run) => run.userUs),
      figure('events/s', (run) => run.eventsPerSecond),
      ...(paced ? [DELIVERED] : []),
      ...CORES,
      figure('events/read', (run) => run.eventsPerRead),
      ...latencies,
      ERRORS,
    ],
    latency: [
      ...latencies,
      figure('CPU µs/event', (run) => run.cpuUs),
      ratio((run) => run.cpuUs),
      DELIVERED,
      ...CORES,
      ERRORS,
    ],
    request: [
      figure('CPU µs/request', value),
      ratio(value),
      figure('requests/s', (run) => run.requestsPerSecond),
      figure('TTFT p50 µs', ttft.p50),
      ...CORES,
      ERRORS,
    ],
    stream: [
      figure('KB/open stream', value),
      ratio(value),
      figure('KB in use by V8', (run) => run.inUseKb),
      ...CORES,
      ERRORS,
    ],
    stall: [
      figure('MB of growth', value),
      figure('MB taken from the upstream', (run) => (run.stall?.takenBytes ?? NaN) / 1e6),
    ],
    leave: [
      figure('ms until seen, p50', value),
      figure('p99', (run) => run.leaving?.p99Ms),
      figure('never seen', (run) => run.leaving?.unseen),
      figure('of', (run) => run.leaving?.left),
    ],
  };
  return columns[per];
}
