import { destination, type DestinationStream } from 'pino';

/** What a pipe takes in one piece, in bytes; longer writes of several processes may be mixed (POSIX, PIPE_BUF). */
const WHOLE_WRITE = 4096;

/**
 * Standard output, with one write for the lines of a turn of the event loop, or for as many as stay whole: under load
 * a write takes longer than the printing of its line. Nothing waits longer than that turn, and what is left is written
 * when the process exits.
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
      if (lines.length + line.length > WHOLE_WRITE) flush();
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
