import { median } from './figures.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {{ subject: string, title: string, runs: Figures[] }} Row */
/** @typedef {{ title: string, cell: (row: Row) => string }} Column */

const UNITS = { event: 'CPU µs/event', request: 'CPU µs/request', stream: 'KB/open stream' };

/** @type {Column[]} */
const LOAD = [
  { title: 'events/s', cell: (row) => number(middle(row, (run) => run.eventsPerSecond)) },
  { title: 'gateway core', cell: (row) => percent(middle(row, (run) => run.gatewayCpu)) },
  { title: 'load core', cell: (row) => percent(middle(row, (run) => run.loadCpu)) },
];

/** @type {Column} */
const ERRORS = { title: 'lost/doubled/reordered', cell: ({ runs }) => errors(runs) };

/** @type {Record<import('../scenarios.mjs').Scenario['per'], Column[]>} */
const MORE = {
  event: [
    { title: 'of it user', cell: (row) => number(middle(row, (run) => run.userUs)) },
    ...LOAD,
    { title: 'events/read', cell: (row) => number(middle(row, (run) => run.eventsPerRead)) },
    { title: 'latency p50 µs', cell: (row) => number(middle(row, (run) => run.counts.latency?.p50)) },
    { title: 'p99', cell: (row) => number(middle(row, (run) => run.counts.latency?.p99)) },
    ERRORS,
  ],
  request: [
    { title: 'requests/s', cell: (row) => number(middle(row, (run) => run.requestsPerSecond)) },
    ...LOAD,
    ERRORS,
  ],
  stream: [...LOAD, ERRORS],
};

/**
 * The medians of a scenario as a Markdown table, and the marks of its runs below it.
 * @param {string} name
 * @param {import('../scenarios.mjs').Scenario} scenario
 * @param {Row[]} rows
 */
export function table(name, { per, load }, rows) {
  const floor = rows.find(({ subject }) => subject === 'pipe');
  /** @type {Column[]} */
  const columns = [
    { title: 'subject', cell: ({ title }) => title },
    { title: UNITS[per], cell: (row) => number(value(row)) },
    { title: '× pipe', cell: (row) => (floor === undefined ? '–' : (value(row) / value(floor)).toFixed(2)) },
    ...MORE[per],
  ];
  const marks = rows.flatMap(({ subject, runs }) =>
    runs.flatMap((run, index) => run.marks.map((mark) => `- ${subject}, run ${index + 1}: ${mark}`)),
  );
  return [
    `### ${name}: ${load}`,
    '',
    line(columns.map(({ title }) => title)),
    `|---|${'--:|'.repeat(columns.length - 1)}`,
    ...rows.map((row) => line(columns.map(({ cell }) => cell(row)))),
    '',
    ...marks,
    ...(marks.length > 0 ? [''] : []),
  ].join('\n');
}

/** @param {string[]} cells */
function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** @param {Row} row */
function value(row) {
  return middle(row, (run) => run.value);
}

/**
 * @param {Row} row
 * @param {(run: Figures) => number | undefined} read
 */
function middle({ runs }, read) {
  return median(runs.map((run) => read(run) ?? NaN));
}

/** @param {Figures[]} runs */
function errors(runs) {
  const sum = (/** @type {'lost' | 'doubled' | 'reordered'} */ kind) =>
    runs.reduce((total, { counts }) => total + counts[kind], 0);
  return `${sum('lost')}/${sum('doubled')}/${sum('reordered')}`;
}

/** @param {number} figure */
function number(figure) {
  if (Number.isNaN(figure)) return '–';
  return figure < 100 ? figure.toFixed(1) : Math.round(figure).toLocaleString('en');
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
}
