/**
 * One frame of a native stream.
 * @typedef {object} NativeFrame
 * @property {string} id a cursor
 * @property {number} sequence
 * @property {'delta' | 'done' | 'failed'} type
 * @property {{ delta?: string, code?: string }} data
 */

const MARK = '\n\n';

/** Cuts a native stream into its frames; comments and `retry` are passed over. */
export class Frames {
  #rest = '';

  /** @param {(frame: NativeFrame) => void} onFrame */
  constructor(onFrame) {
    this.onFrame = onFrame;
  }

  /** @param {string} piece */
  feed(piece) {
    const text = this.#rest + piece;
    let at = 0;
    for (let end = text.indexOf(MARK); end !== -1; end = text.indexOf(MARK, at)) {
      const frame = read(text.slice(at, end));
      at = end + MARK.length;
      if (frame !== undefined) this.onFrame(frame);
    }
    this.#rest = text.slice(at);
  }
}

/**
 * @param {string} block
 * @returns {NativeFrame | undefined}
 */
function read(block) {
  let id = '';
  let type = 'delta';
  let data = '';
  for (const text of block.split('\n')) {
    if (text.startsWith('data: ')) data = text.slice(6);
    else if (text.startsWith('id: ')) id = text.slice(4);
    else if (text.startsWith('event: ')) type = text.slice(7);
  }
  if (data === '') return undefined;
  const [, sequence] = id.split('.');
  return {
    id,
    sequence: Number(sequence),
    type: type === 'done' || type === 'failed' ? type : 'delta',
    data: JSON.parse(data),
  };
}
