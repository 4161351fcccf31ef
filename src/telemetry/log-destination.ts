import { destination, type DestinationStream } from 'pino';

/**
 * Standard output, with one write for all lines of a turn of the event loop: under load a write takes longer than the
 * printing of its line. Nothing waits longer than that turn, and what is left is written when the process exits.
 */
export function logDestination(): DestinationStream {
  const output = destination({ dest: 1, sync: true });
  let lines = '';
  const flush = () => {
    if (lines !== '') output.write(lines);
    lines = '';
  };
  process.on('exit', flush);
  return {
    write(line) {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
