import { destination, type DestinationStream } from 'pino';

/** So much of one turn of the event loop is kept; what is more is written before its end. */
const BUFFER_BYTES = 8 * 1024;

/**
 * Standard output, with one write for all lines of a turn of the event loop: under load a write takes longer than the
 * printing of its line. Nothing waits longer than that turn, and what is left is written when the process exits.
 */
export function logDestination(): DestinationStream {
  const output = destination({ dest: 1, sync: true, minLength: BUFFER_BYTES });
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    output.flushSync();
  };
  process.on('exit', flush);
  return {
    write(line) {
      output.write(line);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
  };
}
