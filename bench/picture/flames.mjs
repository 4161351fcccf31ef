/** @typedef {import('../report/call-tree.mjs').Call} Call */

/**
 * One call in a flame graph.
 * @typedef {object} Block
 * @property {string} name
 * @property {string} owner whose code it is
 * @property {number} from as a part of the whole, 0 to 1
 * @property {number} width likewise
 * @property {number} depth 0 for what nobody called
 */

/**
 * Where each call stands: beside what was called from the same place, under who called it. What is narrower than `least` is
 * left out, and so is what is deeper than `levels`.
 * @param {Call} whole
 * @param {{ least: number, levels: number }} limits
 * @returns {Block[]}
 */
export function flamesOf(whole, { least, levels }) {
  return below(whole, 0, 0);

  /**
   * @param {Call} caller
   * @param {number} start
   * @param {number} depth
   * @returns {Block[]}
   */
  function below({ calls }, start, depth) {
    if (depth === levels) return [];
    let from = start;
    return calls.flatMap((call) => {
      const block = {
        name: call.name,
        owner: call.owner,
        from,
        width: call.micros / whole.micros,
        depth,
      };
      from += block.width;
      return block.width < least ? [] : [block, ...below(call, block.from, depth + 1)];
    });
  }
}
