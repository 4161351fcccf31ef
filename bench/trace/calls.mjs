/**
 * Calls of one function: its file, relative to the build, its name, and how often.
 * @typedef {object} Calls
 * @property {string} file
 * @property {string} name
 * @property {number} count
 */

/**
 * The functions that were called, from a coverage report. The module itself is not a function.
 * @param {import('node:inspector').Profiler.ScriptCoverage[]} report
 * @param {string} root URL of the build
 * @returns {Calls[]}
 */
export function callsOf(report, root) {
  return report.flatMap(({ url, functions }) =>
    functions
      .filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0 && ranges[0]?.startOffset !== 0)
      .map(({ functionName, ranges }) => ({
        file: url.slice(root.length),
        name: `${functionName || '(anonymous)'}@${ranges[0]?.startOffset ?? 0}`,
        count: ranges[0]?.count ?? 0,
      })),
  );
}

/**
 * Calls an event: of the longer of two otherwise equal requests, less those of the shorter one.
 * @param {Calls[]} longer
 * @param {Calls[]} shorter
 * @param {number} events that the longer one has more
 * @returns {Calls[]} most often called first
 */
export function callsPerEvent(longer, shorter, events) {
  const before = new Map(shorter.map((calls) => [key(calls), calls.count]));
  return longer
    .map((calls) => ({ ...calls, count: (calls.count - (before.get(key(calls)) ?? 0)) / events }))
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.count - one.count);
}

/** @param {Calls} calls */
function key({ file, name }) {
  return `${file} ${name}`;
}
