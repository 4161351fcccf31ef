import { nameOf, ownerOf, selfMicros } from './profile.mjs';

/** @typedef {import('./profile.mjs').Profile} Profile */

/**
 * A function that was called from where it stands in the tree.
 * @typedef {object} Call
 * @property {string} name
 * @property {string} owner whose code it is
 * @property {number} micros with what it called
 * @property {Call[]} calls the longest first
 */

/**
 * Who called whom for how long. Calls of one function from one place are one, and what took no time is left out.
 * @param {Profile} profile
 * @returns {Call}
 */
export function callTree(profile) {
  const self = selfMicros(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const [root] = profile.nodes;
  if (root === undefined) throw new Error('A profile without nodes');
  return callOf([root], (id) => nodes.get(id), self);
}

/**
 * @param {Profile['nodes']} same
 * @param {(id: number) => Profile['nodes'][number] | undefined} nodeOf
 * @param {Map<number, number>} self
 * @returns {Call}
 */
function callOf(same, nodeOf, self) {
  const called = same
    .flatMap(({ children = [] }) => children.map(nodeOf))
    .filter((node) => node !== undefined);
  /** @type {Map<string, Profile['nodes']>} */
  const groups = new Map();
  for (const node of called) {
    const name = nameOf(node.callFrame);
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  const calls = [...groups.values()].map((group) => callOf(group, nodeOf, self));
  const own = same.reduce((sum, { id }) => sum + (self.get(id) ?? 0), 0);
  const [first] = same;
  return {
    name: first === undefined ? '' : nameOf(first.callFrame),
    owner: first === undefined ? '' : ownerOf(first.callFrame),
    micros: calls.reduce((sum, { micros }) => sum + micros, own),
    calls: calls.filter(({ micros }) => micros > 0).toSorted((a, b) => b.micros - a.micros),
  };
}
