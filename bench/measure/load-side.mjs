import { fileURLToPath } from 'node:url';
import { nativeLoad } from '../load/native.mjs';

/**
 * The programs that ask and answer, and how one talks to them.
 * @typedef {object} LoadSide
 * @property {'native' | 'node'} kind
 * @property {import('./child.mjs').Channel} channel
 * @property {string[]} upstream
 * @property {string[]} client
 */

/**
 * The load side in C where it can be compiled, or else the one in Node.
 * @param {'native' | 'node' | undefined} wish
 * @returns {LoadSide}
 */
export function loadSide(wish) {
  const programs = wish === 'node' ? undefined : nativeLoad();
  if (programs !== undefined) {
    return { kind: 'native', channel: 'lines', upstream: [programs.upstream], client: [programs.client] };
  }
  if (wish === 'native') throw new Error('--load native needs a C compiler (gcc or cc)');
  return { kind: 'node', channel: 'ipc', upstream: script('upstream'), client: script('client') };
}

/** @param {string} name */
function script(name) {
  const file = fileURLToPath(new URL(`../load/${name}.mjs`, import.meta.url));
  return [process.execPath, '--max-semi-space-size=64', file];
}
