import { readBlock } from './read-block.js';
import type { EventDecoder, PartEncoder, Transcoder } from './transcoder.js';

/** A transcoder between different dialects: events are decoded into parts, and parts encoded into frames. */
export function translate<F>(decode: EventDecoder, encoder: PartEncoder<F>): Transcoder<F> {
  return {
    push(block) {
      const { seen, parts } = readBlock(block, decode);
      return { ...seen, output: encoder.encode(parts) };
    },
    opening: () => encoder.opening(),
    finish: (ending) => encoder.finish(ending),
    fail: (error) => encoder.fail(error),
  };
}
