/** @typedef {{ name: string, url?: string, micros?: number, calls?: Spent[] }} Spent a function, and what it spent by itself */

/**
 * A profile as V8 writes it, with one sample for what each function spent.
 * @param {Spent} root
 * @returns {import('./profile.mjs').Profile}
 */
export function profileOf(root) {
  /** @type {import('./profile.mjs').Profile['nodes']} */
  const nodes = [];
  /** @type {number[]} */
  const samples = [];
  // A sample lasts until the next one.
  const timeDeltas = [0];
  add(root);
  return { nodes, samples, timeDeltas, startTime: 0, endTime: 0 };

  /**
   * @param {Spent} spent
   * @returns {number}
   */
  function add({ name, url = '', micros = 0, calls = [] }) {
    const callFrame = { functionName: name, url, scriptId: '0', lineNumber: 0, columnNumber: 0 };
    const id = nodes.length + 1;
    /** @type {import('./profile.mjs').Profile['nodes'][number]} */
    const node = { id, callFrame, hitCount: 1, children: [] };
    nodes.push(node);
    samples.push(id);
    timeDeltas.push(micros);
    node.children?.push(...calls.map(add));
    return id;
  }
}
