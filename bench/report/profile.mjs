import { readFileSync } from 'node:fs';

/** @typedef {import('node:inspector').Runtime.CallFrame} CallFrame */
/** @typedef {import('node:inspector').Profiler.Profile} Profile */

/**
 * Where the time of a .cpuprofile went, as shares of the time in which the process was not idle, largest first: whose code
 * it was, and the functions by self time.
 * @param {string} file
 * @param {number} rows of functions
 */
export function selfTimes(file, rows) {
  const profile = readProfile(file);
  const self = selfMicros(profile);
  const spent = new Map(profile.nodes.map(({ id, callFrame }) => [callFrame, self.get(id) ?? 0]));
  return [...shares(spent, ownerOf), '', ...shares(spent, nameOf).slice(0, rows)];
}

/**
 * @param {string} file
 * @returns {Profile}
 */
export function readProfile(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Microseconds by node, without the idle ones.
 * @param {Profile} profile
 */
export function selfMicros({ nodes, samples = [], timeDeltas = [] }) {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  /** @type {Map<number, number>} */
  const spent = new Map();
  for (const [index, id] of samples.entries()) {
    if (!idle.has(id)) spent.set(id, (spent.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return spent;
}

/**
 * A function, and where it stands.
 * @param {CallFrame} frame
 */
export function nameOf(frame) {
  return `${frame.functionName || '(anonymous)'} ${place(frame)}`.trimEnd();
}

/**
 * @param {Map<CallFrame, number>} spent
 * @param {(frame: CallFrame) => string} labelOf
 */
function shares(spent, labelOf) {
  /** @type {Map<string, number>} */
  const named = new Map();
  let busy = 0;
  for (const [frame, micros] of spent) {
    busy += micros;
    const name = labelOf(frame);
    named.set(name, (named.get(name) ?? 0) + micros);
  }
  return [...named]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, micros]) => `${((micros / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

/**
 * Whose code it is. Native code is what Node and V8 do outside of JavaScript, the kernel's work for it included.
 * @param {CallFrame} frame
 */
export function ownerOf({ url, functionName }) {
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
