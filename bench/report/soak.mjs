import { markdown, number } from './cells.mjs';

/**
 * The tables of a sitting, as they stand in docs/benchmarks.md.
 * @param {import('../soak.mjs').SoakResults} results
 */
export function soakTable({ load, counts, violationCount, violations, left }) {
  const title = `### Soak: ${load.minutes} minutes, ${load.streams} streams at a time, seed ${load.seed}`;
  const happened = Object.entries(counts)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([what, count]) => [what, count.toLocaleString('en')]);
  const replicas = left.rows.map(({ name, growth, start, end, active }) => [
    name,
    megabytes(growth.middleBytes),
    megabytes(growth.lastBytes),
    `${growth.slopeBytes > 0 ? '+' : ''}${megabytes(growth.slopeBytes)}`,
    `${megabytes(start?.heapBytes ?? NaN)} → ${megabytes(end.heapBytes)}`,
    `${start?.files} → ${end.files}`,
    `${sum(start?.resources ?? {})} → ${sum(end.resources)}`,
    String(active),
  ]);
  const titles = [
    'replica',
    'RSS MB, middle third',
    'last third',
    'MB an hour',
    'heap and external MB, start and end',
    'files',
    'handles and timers',
    'open streams',
  ];
  const keysLike = (/** @type {string} */ prefix) =>
    left.keys.filter(({ key }) => key.startsWith(prefix)).length;
  const [leases, indexes] = [keysLike('sluice:replica:'), keysLike('sluice:owner:')];
  return [
    title,
    '',
    ...markdown(['', 'how often'], happened),
    '',
    ...markdown(titles, replicas),
    '',
    ...markdown(
      ['left at the end', ''],
      [
        ['leases in Redis', String(leases)],
        ['indexes of owners in Redis', String(indexes)],
        ['other keys in Redis', String(left.keys.length - leases - indexes)],
        ['replicas that listen for stops', String(left.listening)],
        ['answers that run at the upstream', String(left.upstream.open)],
        ['connections to the upstream', String(left.upstream.connections)],
        ['violations', String(violationCount)],
      ],
    ),
    '',
    ...violations.map((text) => `- ${text}`),
    '',
  ].join('\n');
}

/** @param {number} bytes */
function megabytes(bytes) {
  return number(bytes / 1e6);
}

/** @param {Record<string, number>} counts */
function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
