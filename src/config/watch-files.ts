import { statSync } from 'node:fs';

/** How often files are looked at, in milliseconds. */
const INTERVAL_MS = 1_000;

/**
 * Calls `onChange` when one of the files has become another: written, replaced, or what its link leads to, as mounted
 * secrets and configurations are replaced. Looks at them in turns, since not every mounted file tells of its changes, and
 * compares with what they are now: a change right after this call is not missed. The returned function ends that.
 */
export function watchFiles(
  files: readonly string[],
  onChange: () => void,
  intervalMs = INTERVAL_MS,
): () => void {
  let known = files.map(versionOf);
  const timer = setInterval(() => {
    const found = files.map(versionOf);
    if (found.every((version, index) => version === known[index])) return;
    known = found;
    onChange();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

function versionOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? 'missing' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}
