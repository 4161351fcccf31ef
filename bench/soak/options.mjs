import { parseArgs } from 'node:util';

export const HELP = `node bench/soak.mjs [options]

  --minutes n      how long streams are begun (default: 10)
  --streams n      how many run at a time (default: 300)
  --seed n         decides what is done to each stream (default: by the clock)
  --keep           writes to bench/results/ instead of bench/results/local/
  --print file     prints the table of a file that was written
`;

/**
 * Reads the command line. Throws on what it does not know.
 * @param {string[]} words
 */
export function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      minutes: { type: 'string', default: '10' },
      streams: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1e6) },
      keep: { type: 'boolean', default: false },
      print: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    minutes: above(values.minutes, 'minutes'),
    streams: Math.ceil(above(values.streams, 'streams')),
    seed: Number(values.seed),
    keep: values.keep,
    print: values.print,
    help: values.help,
  };
}

/**
 * @param {string} value
 * @param {string} name
 */
function above(value, name) {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0`);
  return number;
}
