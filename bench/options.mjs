import { parseArgs } from 'node:util';

export const HELP = `node bench/run.mjs [options]

  --quick               a version of one to two minutes, one run each
  --scenario a,b        firehose, chat, short, idle (default: all)
  --subject a,b         pipe, tutorial, sluice, sluice-stream (default: all), direct
  --repeat n            runs of each subject and scenario (default: 3)
  --streams n           streams of firehose, chat and idle; requests of short
  --events n            content events of each
  --rate n              events a second and stream, in chat
  --baseline folder     another build (its dist), as the subjects baseline and baseline-stream
  --profile             a CPU profile of each gateway's measured phase, and its largest self times
  --keep                writes to bench/results/ instead of bench/results/local/
`;

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
      streams: { type: 'string' },
      events: { type: 'string' },
      rate: { type: 'string' },
      baseline: { type: 'string' },
      profile: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    quick: values.quick,
    baseline: values.baseline,
    profile: values.profile,
    keep: values.keep,
    help: values.help,
    scenarios: list(values.scenario),
    subjects: list(values.subject),
    repeat: count('repeat', values.repeat) ?? (values.quick ? 1 : 3),
    streams: count('streams', values.streams),
    events: count('events', values.events),
    rate: count('rate', values.rate),
  };
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
