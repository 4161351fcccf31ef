import { parseArgs } from 'node:util';

export const HELP = `node bench/run.mjs [options]

  --quick               a version of two minutes: pipe, sluice, sluice-stream, one run each
  --quick --check       a minute: fails where a ratio to the pipe is a quarter worse than in bench/ratios.json
  --quick --record      some minutes: writes the ratios of this machine and commit to bench/ratios.json
  --scenario a,b        firehose, chat, moderate, single, short, cold, cold-streams, idle, idle-5000, slow, leave
                        (default: all);
                        only when asked for: streams, sizes (tables by number of streams and size of events),
                        workers (one worker and two, on all cores)
  --subject a,b         of bench/subjects.mjs (default: all; in idle some), and direct, which is no gateway
  --repeat n            runs of each subject and scenario (default: 3)
  --again n             a disturbed run is done again, at most so many times, and the calmest counts (default: 0)
  --streams n           streams of firehose, chat, moderate, idle and leave; requests of short
  --events n            content events of each
  --rate n              events a second and stream, in chat and moderate
  --load native|node    the load side in C or in Node (default: in C where there is a compiler)
  --baseline folder     another build (its dist), as the subjects baseline, baseline-stream and -resumable
  --tls                 the upstream speaks TLS, by an nginx before it; for subjects in Node
  --profile             a CPU profile of each gateway's measured phase, and its largest self times
  --keep                writes to bench/results/ instead of bench/results/local/
`;

/** They have sizes and subjects of their own, so that ratios can be compared. */
const ALONE = ['check', 'record'];

const QUICK = ['pipe', 'sluice', 'sluice-stream'];

/**
 * Reads the command line. Throws on what it does not know.
 * @param {string[]} words
 */
export function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      subject: { type: 'string' },
      repeat: { type: 'string' },
      again: { type: 'string' },
      streams: { type: 'string' },
      events: { type: 'string' },
      rate: { type: 'string' },
      load: { type: 'string' },
      baseline: { type: 'string' },
      tls: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  requireAlone(words);
  return {
    quick: values.quick,
    check: values.check,
    record: values.record,
    baseline: values.baseline,
    tls: values.tls,
    profile: values.profile,
    keep: values.keep,
    help: values.help,
    scenarios: list(values.scenario),
    subjects: list(values.subject) ?? (values.quick ? QUICK : undefined),
    repeat: count('repeat', values.repeat) ?? (values.quick ? 1 : 3),
    again: count('again', values.again) ?? 0,
    streams: count('streams', values.streams),
    events: count('events', values.events),
    rate: count('rate', values.rate),
    load: kind(values.load),
  };
}

/** @param {string[]} words */
function requireAlone(words) {
  const given = ALONE.filter((name) => words.includes(`--${name}`));
  if (given.length > 0 && (words.length !== 2 || !words.includes('--quick'))) {
    throw new Error(`--${given.join(' and --')}: goes with --quick, and with nothing else`);
  }
}

/**
 * @param {string | undefined} value
 * @returns {'native' | 'node' | undefined}
 */
function kind(value) {
  if (value === undefined || value === 'native' || value === 'node') return value;
  throw new Error('--load takes native or node');
}

/** @param {string | undefined} value */
function list(value) {
  return value?.split(',').map((name) => name.trim());
}

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function count(name, value) {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a whole number above 0`);
  return number;
}
