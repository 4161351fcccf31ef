import { readFileSync } from 'node:fs';

/** @typedef {import('node:inspector').Runtime.CallFrame} CallFrame */

/**
 * Where the time of a .cpuprofile went, as shares of the time in which the process was not idle, largest first: whose code
 * it was, and the functions by self time.
 * @param {string} file
 * @param {number} rows of functions
 */
export function selfTimes(file, rows) {
  const spent = timesOf(JSON.parse(readFileSync(file, 'utf8')));
  return [
    ...shares(spent, ownerOf),
    '',
    ...shares(spent, (frame) => `${frame.functionName || '(anonymous)'} ${place(frame)}`).slice(0, rows),
  ];
}

/**
 * Microseconds by call frame, without the idle ones.
 * @param {import('node:inspector').Profiler.Profile} profile
 */
function timesOf({ nodes, samples = [], timeDeltas = [] }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<CallFrame, number>} */
  const spent = new Map();
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    spent.set(frame, (spent.get(frame) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return spent;
}

/**
 * @param {Map<CallFrame, number>} spent
 * @param {(frame: CallFrame) => string} nameOf
 */
function shares(spent, nameOf) {
  /** @type {Map<string, number>} */
  const named = new Map();
  let busy = 0;
  for (const [frame, micros] of spent) {
    busy += micros;
    const name = nameOf(frame);
    named.set(name, (named.get(name) ?? 0) + micros);
  }
  return [...named]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, micros]) => `${((micros / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

/**
 * Native code is what Node and V8 do outside of JavaScript, the kernel's work for it included.
 * @param {CallFrame} frame
 */
function ownerOf({ url, functionName }) {
  if (functionName === '(garbage collector)') return 'garbage';
  if (url === '') return 'native code and the kernel';
  if (url.startsWith('node:')) return 'Node';
  const [, name = ''] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name !== '') return name;
  const [, folder] = /\/dist\/([^/]+)\//.exec(url) ?? [];
  return folder === undefined ? 'the program itself' : `Sluice, ${folder}`;
}

/** @param {CallFrame} frame */
function place({ url, lineNumber }) {
  if (url === '') return '';
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:.*\/dist\//, 'sluice/');
  return `${file}:${lineNumber + 1}`;
}
