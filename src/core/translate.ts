import { readBlock } from './read-block.js';
import { transcoded, transcodedTexts } from './transcoded.js';
import type { EventDecoder, PartEncoder, Transcoder } from './transcoder.js';

/** A transcoder between different dialects: events are decoded into parts, and parts encoded into frames. */
export function translate<F>(decoder: EventDecoder, encoder: PartEncoder<F>): Transcoder<F> {
  return {
    push(block) {
      // The same as the long way, without its notes: nearly all blocks are of this kind.
      const known = decoder.known(block.bytes, 0);
      if (known?.end === block.bytes.length) {
        const { parts } = known;
        return transcodedTexts(encoder.encode(parts), parts.length);
      }
      const { seen, parts } = readBlock(block, decoder);
      return transcoded(encoder.encode(parts), seen);
    },
    opening: () => encoder.opening(),
    finish: (ending) => encoder.finish(ending),
    fail: (error) => encoder.fail(error),
  };
}
