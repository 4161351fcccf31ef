/** The load side in C: what it costs per event is a fraction of Node's, so that it is not what is measured. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./native', import.meta.url));
const COMPILERS = ['gcc', 'cc'];
const FLAGS = ['-O2', '-std=gnu11', '-Wall', '-Wextra'];
const SHARED = ['clock', 'command', 'http', 'loop', 'marker', 'timers'];
const PROGRAMS = {
  upstream: ['upstream', 'stream', 'answer', 'events', ...SHARED],
  client: ['client', 'run', 'connection', 'check', 'samples', ...SHARED],
};

/** @typedef {keyof typeof PROGRAMS} Program */

/**
 * The compiled programs, made again where their source is newer; undefined where there is no C compiler. Throws if
 * there is one and it fails.
 * @returns {Record<Program, string> | undefined}
 */
export function nativeLoad() {
  const upstream = program('upstream');
  const client = program('client');
  return upstream === undefined || client === undefined ? undefined : { upstream, client };
}

/** @param {Program} name */
function program(name) {
  const file = `${FOLDER}/build/${name}`;
  if (isFresh(file)) return file;
  const compiler = COMPILERS.find((command) => spawnSync(command, ['--version']).status === 0);
  if (compiler === undefined) return undefined;
  mkdirSync(`${FOLDER}/build`, { recursive: true });
  const sources = PROGRAMS[name].map((source) => `${FOLDER}/${source}.c`);
  const { status, stderr } = spawnSync(compiler, [...FLAGS, '-o', file, ...sources], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} does not compile the load's ${name}: ${stderr}`);
  return file;
}

/** @param {string} file */
function isFresh(file) {
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(FOLDER)
    .filter((source) => /\.[ch]$/.test(source))
    .every((source) => statSync(`${FOLDER}/${source}`).mtimeMs < made);
}
