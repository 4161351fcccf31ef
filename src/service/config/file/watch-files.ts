import { statSync } from 'node:fs';

/** How often files are looked at, in milliseconds. */
const INTERVAL_MS = 1_000;

/**
 * Calls `onChange` when one of the files has become another and come to rest: written, replaced, or what its link leads
 * to, as mounted secrets and configurations are replaced. Looks at them in turns, since not every mounted file tells of
 * its changes, compares with what they are now, and takes them for at rest when two looks in a row find the same. Never
 * throws, whatever stands at a path. The returned function ends that.
 */
export function watchFiles(
  files: readonly string[],
  onChange: () => void,
  intervalMs = INTERVAL_MS,
): () => void {
  let known = files.map(versionOf);
  let seen = known;
  const timer = setInterval(() => {
    const found = files.map(versionOf);
    const atRest = isSame(found, seen);
    seen = found;
    if (!atRest || isSame(found, known)) return;
    known = found;
    onChange();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.every((version, index) => version === other[index]);
}

/** A path that cannot be looked at has a version too: links in a loop, a folder without permission. */
function versionOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
