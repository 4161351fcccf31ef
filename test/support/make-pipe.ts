import { execFileSync } from 'node:child_process';

const PROGRAM = 'mkfifo';

/** Makes a named pipe, which nobody writes to. */
export function makePipe(path: string): void {
  execFileSync(PROGRAM, [path]);
}
