import { parseArgs } from 'node:util';

export const HELP = `node bench/resume.mjs [options]

  --small          a version of some minutes, to see that it works
  --part a,b       live, rates, join, memory (default: all)
  --load a,b       of live: light, moderate, chat (default: all)
  --subject a,b    of live: direct, pipe, unkept, memory, redis (default: all)
  --repeat n       runs of each figure (default: 3; with --small 1)
  --again n        a disturbed run of live is done again, at most so many times, and the calmest counts (default: 0)
  --keep           writes to bench/results/ instead of bench/results/local/
  --print file     prints the tables of a file that was written
`;

const PARTS = /** @type {const} */ (['live', 'rates', 'join', 'memory']);
const LOADS = /** @type {const} */ (['light', 'moderate', 'chat']);
const SUBJECTS = /** @type {const} */ (['direct', 'pipe', 'unkept', 'memory', 'redis']);

/** @typedef {typeof LOADS[number]} Load */
/** @typedef {typeof SUBJECTS[number]} LiveName */

/**
 * Reads the command line. Throws on what it does not know.
 * @param {string[]} words
 */
export function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      small: { type: 'boolean', default: false },
      part: { type: 'string' },
      load: { type: 'string' },
      subject: { type: 'string' },
      repeat: { type: 'string' },
      again: { type: 'string' },
      keep: { type: 'boolean', default: false },
      print: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const repeat = Number(values.repeat ?? (values.small ? 1 : 3));
  if (!Number.isInteger(repeat) || repeat < 1) throw new Error('--repeat takes a whole number above 0');
  const again = Number(values.again ?? 0);
  if (!Number.isInteger(again) || again < 0) throw new Error('--again takes a whole number');
  return {
    small: values.small,
    keep: values.keep,
    print: values.print,
    help: values.help,
    repeat,
    again,
    parts: some(values.part, PARTS),
    loads: some(values.load, LOADS),
    subjects: some(values.subject, SUBJECTS),
  };
}

/**
 * Those that are requested, in the order in which they run; all where none is.
 * @template {string} Name
 * @param {string | undefined} words
 * @param {readonly Name[]} known
 */
function some(words, known) {
  const asked = words?.split(',') ?? known;
  const unknown = asked.find((word) => !known.some((name) => name === word));
  if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${known.join(', ')}`);
  return known.filter((name) => asked.includes(name));
}
