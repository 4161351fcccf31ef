import type { SluiceError } from '../sluice-error.js';
import type { EventBatch } from './event-batch.js';
import { decodeEvents } from './decode-events.js';
import { transcodeResult, textsResult } from './transcode-result.js';
import type { FinishInfo, EventDecoder, PartEncoder, TranscodeResult, Transcoder } from './transcoder.js';

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

  push(block: EventBatch): TranscodeResult<F> {
    const { decoder, encoder } = this;
    // The same as the long way, without its notes: nearly all blocks are of this kind.
    const known = block.bytes.includes(CR) ? undefined : decoder.decodeFast(block.bytes, 0);
    if (known?.end === block.bytes.length) {
      const { parts } = known;
      return textsResult(encoder.encode(parts), parts.length);
    }
    const { summary: seen, parts } = decodeEvents(block, decoder);
    return transcodeResult(encoder.encode(parts), seen);
  }

  opening(): readonly F[] {
    return this.encoder.opening();
  }

  finish(ending: FinishInfo): readonly F[] {
    return this.encoder.finish(ending);
  }

  fail(error: SluiceError): readonly F[] | undefined {
    return this.encoder.fail(error);
  }
}
