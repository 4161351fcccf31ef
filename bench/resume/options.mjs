import { parseArgs } from 'node:util';

export const HELP = `node bench/resume.mjs [options]

  --small          a version of some minutes, to see that it works
  --part a,b       live, rates, join, memory (default: all)
  --repeat n       runs of each figure (default: 3; with --small 1)
  --keep           writes to bench/results/ instead of bench/results/local/
  --print file     prints the tables of a file that was written
`;

const PARTS = /** @type {const} */ (['live', 'rates', 'join', 'memory']);

/** @typedef {typeof PARTS[number]} Part */

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
      repeat: { type: 'string' },
      keep: { type: 'boolean', default: false },
      print: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const repeat = Number(values.repeat ?? (values.small ? 1 : 3));
  if (!Number.isInteger(repeat) || repeat < 1) throw new Error('--repeat takes a whole number above 0');
  const parts = values.part?.split(',') ?? [...PARTS];
  const unknown = parts.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${PARTS.join(', ')}`);
  return { small: values.small, keep: values.keep, print: values.print, help: values.help, repeat, parts };
}
