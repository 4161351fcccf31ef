import type { SluiceError } from './sluice-error.js';
import type { EventBlock } from './event-block.js';
import { readBlock } from './read-block.js';
import { transcoded, transcodedTexts } from './transcoded.js';
import type { Ending, EventDecoder, PartEncoder, Transcoded, Transcoder } from './transcoder.js';

const CR = 0x0d;

/** A transcoder between different dialects: events are decoded into parts, and parts encoded into frames. */
export function translate<F>(decoder: EventDecoder, encoder: PartEncoder<F>): Transcoder<F> {
  return new Translation(decoder, encoder);
}

class Translation<F> implements Transcoder<F> {
  constructor(
    private readonly decoder: EventDecoder,
    private readonly encoder: PartEncoder<F>,
  ) {}

  push(block: EventBlock): Transcoded<F> {
    const { decoder, encoder } = this;
    // The same as the long way, without its notes: nearly all blocks are of this kind.
    const known = block.bytes.includes(CR) ? undefined : decoder.known(block.bytes, 0);
    if (known?.end === block.bytes.length) {
      const { parts } = known;
      return transcodedTexts(encoder.encode(parts), parts.length);
    }
    const { seen, parts } = readBlock(block, decoder);
    return transcoded(encoder.encode(parts), seen);
  }

  opening(): readonly F[] {
    return this.encoder.opening();
  }

  finish(ending: Ending): readonly F[] {
    return this.encoder.finish(ending);
  }

  fail(error: SluiceError): readonly F[] | undefined {
    return this.encoder.fail(error);
  }
}
