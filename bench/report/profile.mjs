import { readFileSync } from 'node:fs';

/**
 * Where the time of a .cpuprofile went: functions by self time, as shares of the time in which the process was
 * not idle, largest first.
 * @param {string} file
 * @param {number} rows
 */
export function selfTimes(file, rows) {
  /** @type {import('node:inspector').Profiler.Profile} */
  const profile = JSON.parse(readFileSync(file, 'utf8'));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, number>} */
  const micros = new Map();
  let busy = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = frames.get(id);
    const name = `${frame?.functionName || '(anonymous)'} ${place(frame)}`;
    const spent = profile.timeDeltas?.[index + 1] ?? 0;
    if (name.startsWith('(idle)')) continue;
    busy += spent;
    micros.set(name, (micros.get(name) ?? 0) + spent);
  }
  return [...micros]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, rows)
    .map(([name, spent]) => `${((spent / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

/** @param {import('node:inspector').Runtime.CallFrame | undefined} frame */
function place(frame) {
  if (frame === undefined || frame.url === '') return '';
  const file = frame.url.replace(/^.*\/node_modules\//, '').replace(/^file:.*\/dist\//, 'sluice/');
  return `${file}:${frame.lineNumber + 1}`;
}
