import { markdown, middle, number } from './cells.mjs';
import { columnsOf } from './columns.mjs';

/** @typedef {import('./cells.mjs').Row} Row */
/** @typedef {import('../scenarios.mjs').Scenario & { name: string, rows: Row[] }} Result */

/**
 * The medians of a scenario as a Markdown table, and the marks of its runs below it.
 * @param {Result} result
 */
export function table({ name, rows, ...scenario }) {
  const beside = {
    floor: rows.find(({ subject }) => subject === 'pipe'),
    direct: rows.find(({ subject }) => subject === 'direct'),
  };
  const columns = columnsOf(scenario);
  const marks = rows.flatMap(({ subject, runs }) =>
    runs.flatMap((run, index) => run.marks.map((mark) => `- ${subject}, run ${index + 1}: ${mark}`)),
  );
  return [
    `### ${name}: ${scenario.load}`,
    '',
    ...markdown(
      ['subject', ...columns.map(({ title }) => title)],
      rows.map((row) => [row.title, ...columns.map(({ cell }) => cell(row, beside))]),
    ),
    '',
    ...marks,
    ...(marks.length > 0 ? [''] : []),
  ].join('\n');
}

/**
 * How the CPU per event, and per byte where sizes are compared, goes with a load: one table of the points of a group.
 * @param {string} group
 * @param {Result[]} points
 */
export function scalingTable(group, points) {
  const rows = points[0]?.rows ?? [];
  const head = points.map(({ point = '' }) => point);
  const perEvent = markdown(
    ['CPU µs/event', ...head],
    rows.map(({ subject, title }) => [title, ...points.map((point) => number(cost(point, subject)))]),
  );
  const perByte = markdown(
    ['CPU ns/byte', ...head],
    rows.map(({ subject, title }) => [
      title,
      ...points.map((point) => number((cost(point, subject) * 1000) / (point.eventBytes ?? NaN))),
    ]),
  );
  const sized = points.some(({ eventBytes }) => eventBytes !== undefined);
  return [`### ${group}`, '', ...perEvent, '', ...(sized ? [...perByte, ''] : [])].join('\n');
}

/**
 * @param {Result} point
 * @param {string} subject
 */
function cost({ rows }, subject) {
  return middle(
    rows.find((row) => row.subject === subject),
    (run) => run.cpuUs,
  );
}
