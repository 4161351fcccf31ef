import { readBlock } from './read-block.js';
import type { EventDecoder, PartEncoder, Transcoder } from './transcoder.js';

/** A transcoder between different dialects: events are decoded into parts, and parts encoded into frames. */
export function translate<F>(decoder: EventDecoder, encoder: PartEncoder<F>): Transcoder<F> {
  return {
    push(block) {
      const texts = decoder.texts(block.bytes);
      if (texts !== undefined) {
        return {
          output: encoder.encode(texts),
          events: texts.length,
          content: true,
          done: false,
          finishes: 0,
        };
      }
      const { seen, parts } = readBlock(block, (data) => decoder.decode(data));
      return { ...seen, output: encoder.encode(parts) };
    },
    opening: () => encoder.opening(),
    finish: (ending) => encoder.finish(ending),
    fail: (error) => encoder.fail(error),
  };
}
