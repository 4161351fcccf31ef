import { markdown, middle, number } from './cells.mjs';
import { isDisturbed, median } from './figures.mjs';

/** @typedef {import('../resume.mjs').ResumeResults} ResumeResults */
/** @typedef {import('../resume/live.mjs').LiveFigures} LiveFigures */
/** @typedef {import('../resume/live.mjs').LiveResult} LiveResult */
/** @typedef {import('../resume/live.mjs').LiveRow} LiveRow */
/** @typedef {import('../resume/joining.mjs').Joined} Joined */
/** @typedef {import('../resume/memory.mjs').MemoryResult} MemoryResult */

/** What is to be reached. */
const GOALS = { commands: 150, batchedMs: 20, p99Ms: 0.2 };

/** With fewer rounds that nothing disturbed, all of them count. */
const ENOUGH = 3;

/**
 * The tables of a sitting, as they stand in docs/benchmarks.md.
 * @param {ResumeResults} results
 */
export function resumeTables({ scenarios, joined, memory }) {
  const loads = scenarios.filter(({ rows }) => rows.length > 1);
  return [
    ...loads.flatMap(liveTable),
    ...(scenarios.length > 0 ? commandTable(scenarios) : []),
    ...(joined.length > 0 ? joinTable(joined) : []),
    ...(memory.length > 0 ? memoryTable(memory) : []),
    ...(scenarios.length > 0 ? goalTable(scenarios) : []),
  ].join('\n');
}

/** @param {LiveResult} result */
function liveTable({ name, load, rows }) {
  const row = (/** @type {string} */ subject) => rows.find((one) => one.subject === subject);
  const pipe = middle(row('pipe'), (run) => run.cpuUs);
  const marks = rows.flatMap(({ subject, runs }) =>
    runs.flatMap((run, index) => run.marks.map((mark) => `- ${subject}, run ${index + 1}: ${mark}`)),
  );
  const titles = ['', 'CPU µs an event', '× pipe', 'added p50 ms', 'added p99 ms', 'p99 against memory, ms'];
  const cells = rows
    .filter(({ subject }) => subject !== 'direct')
    .map((one) => [
      one.title,
      number(middle(one, (run) => run.cpuUs)),
      Number.isFinite(pipe) ? (middle(one, (run) => run.cpuUs) / pipe).toFixed(2) : '–',
      millis(differences(one, row('direct'), 'p50')),
      millis(differences(one, row('direct'), 'p99')),
      one.subject === 'redis' ? signed(differences(one, row('memory'), 'p99')) : '',
    ]);
  return [`### ${name}: ${load}`, '', ...markdown(titles, cells), '', ...marks, ''];
}

/** @param {LiveResult[]} results */
function commandTable(results) {
  const titles = ['kept in Redis', 'commands per 1,000 events', 'of them', 'Redis CPU µs per 1,000 events'];
  const cells = results.map(({ load, rows }) => {
    const row = rows.find(({ subject }) => subject === 'redis');
    return [load, number(commands(row)), perCommand(row), number(middleOf(row, cpuUs))];
  });
  return ['### Redis', '', ...markdown(titles, cells), ''];
}

/** @param {Joined[]} joined */
function joinTable(joined) {
  const titles = [
    'readers that come at once',
    'events behind',
    'p50 ms',
    'p99 ms',
    'last ms',
    'CPU ms of the replica',
    'of the producer',
    'CPU ms of the client',
    'Redis commands',
    'not all, once, in order',
  ];
  const cells = /** @type {const} */ (['memory', 'elsewhere']).map((from) => {
    const runs = joined.filter((one) => one.from === from);
    const mid = (/** @type {(one: Joined) => number | undefined} */ read) =>
      number(median(runs.map((one) => read(one) ?? NaN)));
    return [
      `${runs[0]?.readers ?? 0}, ${from === 'memory' ? 'the producing replica' : 'another one'}`,
      mid((one) => one.behind),
      mid((one) => one.p50Ms),
      mid((one) => one.p99Ms),
      mid((one) => one.maxMs),
      mid((one) => one.readerCpuMs),
      from === 'memory' ? '' : mid((one) => one.producerCpuMs),
      mid((one) => one.clientCpuMs),
      from === 'memory' ? '' : mid((one) => one.redis?.total),
      String(runs.reduce((sum, { wrong }) => sum + wrong, 0)),
    ];
  });
  return ['### Many readers of one stream', '', ...markdown(titles, cells), ''];
}

/** @param {MemoryResult[]} results */
function memoryTable(results) {
  const titles = [
    'log',
    'streams kept',
    'resident MB',
    'heap and external MB',
    'KB a stream',
    'Redis KB a stream',
  ];
  const cells = /** @type {const} */ (['memory', 'redis']).flatMap((log) => {
    const runs = results.filter((one) => one.log === log);
    const mid = (/** @type {(result: MemoryResult) => number | undefined} */ read) =>
      median(runs.map((run) => read(run) ?? NaN));
    return (runs[0]?.points ?? []).map(({ streams }, index) => {
      const each = (/** @type {'heapBytes' | 'redisBytes'} */ what) =>
        mid(({ points }) => ((points[index]?.[what] ?? NaN) - (points[0]?.[what] ?? NaN)) / streams / 1024);
      return [
        log,
        streams.toLocaleString('en'),
        number(mid(({ points }) => (points[index]?.rssBytes ?? NaN) / 1e6)),
        number(mid(({ points }) => (points[index]?.heapBytes ?? NaN) / 1e6)),
        number(each('heapBytes')),
        log === 'redis' ? number(each('redisBytes')) : '',
      ];
    });
  });
  return [
    `### Memory of streams that ended, ${results[0]?.events} events each`,
    '',
    ...markdown(titles, cells),
    '',
  ];
}

/** @param {LiveResult[]} results */
function goalTable(results) {
  const cells = results.flatMap(({ load, measured, rows }) => {
    const row = (/** @type {string} */ subject) => rows.find((one) => one.subject === subject);
    const total = commands(row('redis'));
    const added = differences(row('redis'), row('memory'), 'p99') / 1000;
    const [fewer, sooner] = [
      `at most ${GOALS.commands} Redis commands per 1,000 events`,
      `Redis adds at most ${GOALS.p99Ms} ms to the p99`,
    ];
    // Slower tokens cannot wait for each other: there a command may be one of two or three of them.
    const isFast = (measured.intervalMs ?? 0) <= GOALS.batchedMs;
    return [
      ...(isFast ? [[load, fewer, number(total), met(total, GOALS.commands)]] : []),
      ...(Number.isFinite(added) ? [[load, sooner, number(added), met(added, GOALS.p99Ms)]] : []),
    ];
  });
  return ['### Goals', '', ...markdown(['load', 'goal', 'measured', ''], cells), ''];
}

/**
 * The median of what a row has more than another one in the same round, in µs: of the rounds that nothing disturbed, where
 * these are enough.
 * @param {LiveRow | undefined} row
 * @param {LiveRow | undefined} other
 * @param {'p50' | 'p99'} share
 */
function differences(row, other, share) {
  const rounds = (row?.runs ?? []).flatMap((run, index) => {
    const beside = other?.runs[index];
    return beside === undefined ? [] : [{ run, beside }];
  });
  const calm = rounds.filter(({ run, beside }) => !isDisturbed(run) && !isDisturbed(beside));
  const at = (/** @type {LiveFigures} */ { counts }) => counts.latency?.[share] ?? NaN;
  const counted = calm.length >= ENOUGH ? calm : rounds;
  return median(counted.map(({ run, beside }) => at(run) - at(beside)));
}

/** @param {LiveRow | undefined} row */
function commands(row) {
  return middleOf(row, ({ counts, redis }) => ((redis?.total ?? NaN) * 1000) / counts.events);
}

/** @param {LiveFigures} run */
function cpuUs({ counts, redis }) {
  return ((redis?.cpuUs ?? NaN) * 1000) / counts.events;
}

/**
 * Each command that is one of a thousand events or more, the most frequent first.
 * @param {LiveRow | undefined} row
 */
function perCommand(row) {
  const names = [...new Set((row?.runs ?? []).flatMap(({ redis }) => Object.keys(redis?.commands ?? {})))];
  return names
    .map((name) => ({
      name,
      calls: middleOf(row, ({ counts, redis }) => ((redis?.commands[name] ?? 0) * 1000) / counts.events),
    }))
    .filter(({ calls }) => calls >= 0.05)
    .toSorted((a, b) => b.calls - a.calls)
    .map(({ name, calls }) => `${name} ${number(calls)}`)
    .join(', ');
}

/**
 * @param {LiveRow | undefined} row
 * @param {(run: LiveFigures) => number} read
 */
function middleOf(row, read) {
  return median((row?.runs ?? []).map(read));
}

/** @param {number} micros */
function millis(micros) {
  return number(micros / 1000);
}

/** @param {number} micros */
function signed(micros) {
  return `${micros > 0 ? '+' : ''}${millis(micros)}`;
}

/**
 * @param {number} figure
 * @param {number} goal
 */
function met(figure, goal) {
  if (!Number.isFinite(figure)) return '–';
  return figure <= goal ? 'met' : 'not met';
}
