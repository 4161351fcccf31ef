import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A `curl -N` that runs. */
export interface Curl {
  /** Resolves when its output contains the text. Throws if it ends before. */
  until(text: string): Promise<void>;
  /** What it has printed so far. */
  output(): string;
  /** Its exit code, once it has ended. */
  readonly exit: Promise<number | null>;
  /** Ends it, as Ctrl-C does. */
  stop(): void;
}

/** Starts `curl -sN` with these arguments. */
export function curl(program: string, ...args: string[]): Curl {
  const child = spawn(program, ['-sN', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let ended = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exit = once(child, 'close').then(([code]) => {
    ended = true;
    return code as number | null;
  });
  return {
    exit,
    output: () => output,
    stop: () => void child.kill('SIGINT'),
    async until(text) {
      while (!output.includes(text)) {
        if (ended) throw new Error(`curl ended with: ${output}`);
        await Promise.race([once(child.stdout, 'data'), exit]);
      }
    },
  };
}
