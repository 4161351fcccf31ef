import type { EventBatch, UpstreamEvent } from './event-batch.js';
import { mergeFinish } from '../outcome.js';
import { SluiceError } from '../sluice-error.js';
import { isContent, type StreamPart } from '../stream-part.js';
import { NO_CHOICES, type BatchSummary } from './transcode-result.js';
import type { DecodedEvent, EventDecoder, FastPathEvents } from './transcoder.js';

const CR = 0x0d;
const LF = 0x0a;
const BLANK = '\n\n';

/** What was seen in a block, and the parts that stood before its end or its error. */
export interface DecodedBatch {
  readonly summary: BatchSummary;
  readonly parts: readonly StreamPart[];
}

/** Receives what is read, with the offsets of the bytes in which it stands. */
export interface EventVisitor {
  onFastEvent(from: number, to: number): void;
  /** Of an event before its end or error, as it came and as it was read. */
  onEvent(from: number, to: number, data: string, event: DecodedEvent): void;
}

/** Reads a block event by event, up to its end or its first error; an event that cannot be read is an error. */
export function decodeEvents(
  block: EventBatch,
  decoder: EventDecoder,
  listener?: EventVisitor,
): DecodedBatch {
  const read = new BatchReader();
  const { bytes } = block;
  // Where lines end with CR, events are found by parsing alone.
  const separable = !bytes.includes(CR);
  for (let at = 0; at < bytes.length;) {
    // Blank lines between events are none: a run of them is passed over at once.
    if (separable && bytes[at] === LF) {
      at += 1;
      continue;
    }
    const known = separable ? decoder.decodeFast(bytes, at) : undefined;
    const end = known?.end ?? (separable ? endOfEvent(bytes, at) : bytes.length);
    if (known !== undefined) {
      read.addFastEvent(known);
      listener?.onFastEvent(at, end);
    } else {
      for (const event of block.events(at, end)) {
        const decoded = tryDecode(event, decoder);
        if (read.add(decoded)) return read.result();
        listener?.onEvent(at, end, event.data, decoded);
        if (decoded.done) return read.result();
      }
    }
    at = end;
  }
  return read.result();
}

function endOfEvent(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(BLANK, from);
  return at === -1 ? bytes.length : at + BLANK.length;
}

function tryDecode(event: UpstreamEvent, decoder: EventDecoder): DecodedEvent {
  try {
    return decoder.decode(event);
  } catch (cause) {
    return { parts: [{ type: 'error', error: SluiceError.from(cause) }], done: false };
  }
}

/** Gathers what the relay must know of some events. */
class BatchReader {
  readonly #parts: StreamPart[] = [];
  /** Made at the first finish: nearly all blocks have none. */
  #finished: number[] | undefined;
  readonly #summary: { -readonly [K in keyof BatchSummary]: BatchSummary[K] } = {
    events: 0,
    content: false,
    done: false,
    finished: NO_CHOICES,
    finishReason: undefined,
    usage: undefined,
    model: undefined,
    error: undefined,
  };

  addFastEvent({ parts }: FastPathEvents): void {
    this.#summary.events += parts.length;
    this.#summary.content = true;
    for (const part of parts) this.#parts.push(part);
  }

  /** True if the event holds an error: it and what follows it are not delivered. */
  add({ parts, done, model, content }: DecodedEvent): boolean {
    this.#summary.events += 1;
    this.#summary.done = done;
    this.#summary.model ??= model;
    this.#summary.content ||= content === true;
    for (const part of parts) {
      this.#observe(part);
      if (part.type === 'error') return true;
      this.#parts.push(part);
    }
    return false;
  }

  result(): DecodedBatch {
    return { summary: this.#summary, parts: this.#parts };
  }

  #observe(part: StreamPart): void {
    if (part.type === 'error') this.#summary.error = part.error;
    else if (part.type === 'usage') this.#summary.usage = part.usage;
    else if (part.type === 'finish') {
      if (this.#finished === undefined) this.#summary.finished = this.#finished = [part.choice];
      else this.#finished.push(part.choice);
      this.#summary.finishReason = mergeFinish(this.#summary.finishReason, part.reason);
    } else this.#summary.content ||= isContent(part);
  }
}
