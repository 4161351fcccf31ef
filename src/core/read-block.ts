import type { EventBlock } from './event-block.js';
import { SluiceError } from './sluice-error.js';
import { isContent, type StreamPart } from './stream-part.js';
import type { DecodedEvent, EventDecoder, Transcoded } from './transcoder.js';

/** What was seen in a block, and the parts that stood before its end or its error. */
export interface ReadBlock {
  readonly seen: Omit<Transcoded<never>, 'output'>;
  readonly parts: readonly StreamPart[];
}

/**
 * Reads a block event by event, up to its end or its first error; an event that cannot be read is an error.
 * `onEvent` gets each event before that, as it came and as it was read.
 */
export function readBlock(
  block: EventBlock,
  decode: EventDecoder['decode'],
  onEvent?: (data: string, event: DecodedEvent) => void,
): ReadBlock {
  const read = new Reading();
  for (const data of block.data()) {
    const event = tryDecode(data, decode);
    if (read.add(event)) break;
    onEvent?.(data, event);
    if (event.done) break;
  }
  return read.result();
}

function tryDecode(data: string, decode: EventDecoder['decode']): DecodedEvent {
  try {
    return decode(data);
  } catch (cause) {
    return { parts: [{ type: 'error', error: SluiceError.from(cause) }], done: false };
  }
}

/** Gathers what the relay must know of some events. */
class Reading {
  readonly #parts: StreamPart[] = [];
  readonly #seen: { -readonly [K in keyof ReadBlock['seen']]: ReadBlock['seen'][K] } = {
    events: 0,
    content: false,
    done: false,
    finishes: 0,
  };

  /** True if the event holds an error: it and what follows it are not delivered. */
  add({ parts, done, model, content }: DecodedEvent): boolean {
    this.#seen.events += 1;
    this.#seen.done = done;
    this.#seen.model ??= model;
    this.#seen.content ||= content === true;
    for (const part of parts) {
      this.#note(part);
      if (part.type === 'error') return true;
      this.#parts.push(part);
    }
    return false;
  }

  result(): ReadBlock {
    return { seen: this.#seen, parts: this.#parts };
  }

  #note(part: StreamPart): void {
    if (part.type === 'error') this.#seen.error = part.error;
    else if (part.type === 'usage') this.#seen.usage = part.usage;
    else if (part.type === 'finish') {
      this.#seen.finishes += 1;
      this.#seen.finishReason = part.reason;
    } else this.#seen.content ||= isContent(part);
  }
}
