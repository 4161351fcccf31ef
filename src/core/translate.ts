import type { EventBlock } from './event-block.js';
import { isContent, type FinishReason, type StreamPart } from './stream-part.js';
import type { EventDecoder, PartEncoder, Transcoded, Transcoder } from './transcoder.js';
import type { Usage } from './usage.js';
import type { SluiceError } from './sluice-error.js';

/** A transcoder between different dialects: events are decoded into parts, and parts encoded into frames. */
export function translate<F>(decode: EventDecoder, encoder: PartEncoder<F>): Transcoder<F> {
  return {
    push: (block) => transcode(block, decode, encoder),
    opening: () => encoder.opening(),
    finish: (ending) => encoder.finish(ending),
    fail: (error) => encoder.fail(error),
  };
}

function transcode<F>(block: EventBlock, decode: EventDecoder, encoder: PartEncoder<F>): Transcoded<F> {
  const parts: StreamPart[] = [];
  let done = false;
  let model: string | undefined;
  let events = 0;
  for (const data of block.data()) {
    events += 1;
    const event = decode(data);
    parts.push(...event.parts);
    model ??= event.model;
    done = event.done;
    if (done) break;
  }
  const seen = survey(parts);
  return { ...seen, output: encoder.encode(seen.delivered), events, done, model };
}

/** What the relay must know of some parts. What follows an error is not delivered. */
export function survey(parts: readonly StreamPart[]): Survey {
  let content = false;
  let finishes = 0;
  let finishReason: FinishReason | undefined;
  let usage: Usage | undefined;
  for (const [index, part] of parts.entries()) {
    if (part.type === 'error') {
      return { delivered: parts.slice(0, index), content, finishes, finishReason, usage, error: part.error };
    }
    if (part.type === 'finish') {
      finishes += 1;
      finishReason = part.reason;
    } else if (part.type === 'usage') usage = part.usage;
    else content ||= isContent(part);
  }
  return { delivered: parts, content, finishes, finishReason, usage, error: undefined };
}

interface Survey {
  readonly delivered: readonly StreamPart[];
  readonly content: boolean;
  readonly finishes: number;
  readonly finishReason: FinishReason | undefined;
  readonly usage: Usage | undefined;
  readonly error: SluiceError | undefined;
}
