import type { ChatRequest } from '../../core/chat-request.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { EventBatch, UpstreamEvent } from '../../core/dialect/event-batch.js';
import { decodeEvents, type EventVisitor } from '../../core/dialect/decode-events.js';
import type { SluiceError } from '../../core/sluice-error.js';
import { transcodeResult, textsResult } from '../../core/dialect/transcode-result.js';
import type {
  DecodedEvent,
  EventDecoder,
  TranscodeResult,
  Transcoder,
} from '../../core/dialect/transcoder.js';
import { sseData } from '../sse-frame.js';
import { ChunkTemplate } from './chunk-template.js';
import { noChunk, partsOf } from './chunk/decode-event.js';
import { encodeErrorFrame } from './errors/encode-error.js';
import { asksForUsage } from './encode-request.js';
import { readChunk, type ChatChunk, type Delta } from './chunk/read-chunk.js';
import { readMarker } from './chunk/read-marker.js';

/** OpenAI to OpenAI: bytes pass as they are, and only blocks with something notable in them are parsed. */
export function passThrough(request: ChatRequest): Transcoder<FrameBytes> {
  return new PassThrough(asksForUsage(request));
}

class PassThrough implements Transcoder<FrameBytes> {
  readonly #template = new ChunkTemplate();
  readonly #decoder: EventDecoder = {
    decode: (event) => this.#decode(event),
    decodeFast: (block, from) => this.#template.read(block, from),
  };
  #committed = false;
  #doneSent = false;

  constructor(private readonly showUsage: boolean) {}

  push(block: EventBatch): TranscodeResult<FrameBytes> {
    const events = this.#committed ? this.#plainEvents(block.bytes) : 0;
    if (events > 0) return textsResult([block.bytes], events);
    const inspected = this.#inspect(block);
    this.#committed ||= inspected.content;
    this.#doneSent ||= inspected.done;
    return inspected;
  }

  opening(): readonly FrameBytes[] {
    return [];
  }

  finish(): readonly FrameBytes[] {
    return this.#doneSent ? [] : [DONE_FRAME];
  }

  fail(error: SluiceError): readonly FrameBytes[] {
    return [encodeErrorFrame(error)];
  }

  /** How many events a block holds that says nothing but content; 0 for a block that must be read event by event. */
  #plainEvents(block: Buffer): number {
    const known = this.#template.count(block);
    if (known > 0) return known;
    if (block.includes(CR)) return 0;
    const text = block.toString();
    let events = 0;
    let end = 0;
    for (let from = 0; from < text.length; from = end + BLANK.length) {
      end = text.indexOf('\n', from);
      if (!text.startsWith(BEGINNING, from) || !text.startsWith(BLANK, end)) return 0;
      const data = text.slice(from + DATA.length, end);
      const chunk = readChunk(data);
      if (chunk === undefined || !saysOnlyContent(chunk)) return 0;
      this.#template.learnFrom(data, chunk);
      events += 1;
    }
    return events;
  }

  #inspect(block: EventBatch): TranscodeResult<FrameBytes> {
    const passed = new PassedFrames(block.bytes, this.showUsage);
    const { summary: seen } = decodeEvents(block, this.#decoder, passed);
    return transcodeResult(passed.frames(), seen);
  }

  /**
   * What is read of an event that is passed on. `content` is undefined for an event without choices, and true for any
   * delta: a vendor's own fields count as content too. Throws `upstream-error` at one that is no chunk.
   */
  #decode(event: UpstreamEvent): DecodedEvent {
    const sign = readMarker(event);
    if (sign !== undefined) return sign;
    const { data } = event;
    const chunk = readChunk(data);
    if (chunk === undefined) throw noChunk();
    this.#template.learnFrom(data, chunk);
    const { choices, model } = chunk;
    if (choices.length > 0) {
      const content = choices.some(({ delta, message }) => hasContent(delta ?? message));
      return { parts: partsOf(chunk), done: false, model, content };
    }
    const usageOnly = chunk.usage !== undefined && chunk.usage !== null;
    return { parts: partsOf(chunk), done: false, model, usageOnly };
  }
}

/** What callers are sent of a block: its bytes wherever they may stay as they are. */
class PassedFrames implements EventVisitor {
  readonly #frames: FrameBytes[] = [];
  #from = 0;
  #to = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly showUsage: boolean,
  ) {}

  onFastEvent(from: number, to: number): void {
    if (from !== this.#to) {
      this.#cut();
      this.#from = from;
    }
    this.#to = to;
  }

  /** The payload of each event stays as it was. */
  onEvent(from: number, to: number, data: string, { done, ignored, usageOnly }: DecodedEvent): void {
    if (ignored === true) return;
    if (usageOnly === true && !this.showUsage) return;
    const isAsPrinted = !done || data === DONE;
    if (isAsPrinted && isPlain(this.bytes.subarray(from, to), data)) return this.onFastEvent(from, to);
    this.#cut();
    this.#frames.push(done ? DONE_FRAME : sseData(data));
  }

  frames(): readonly FrameBytes[] {
    this.#cut();
    return this.#frames;
  }

  #cut(): void {
    if (this.#from < this.#to) this.#frames.push(this.bytes.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }
}

/** True if the event is one data line and a blank one: then it is as long as it would be if we printed it. */
function isPlain(event: Buffer, data: string): boolean {
  const frame = DATA.length + BLANK.length;
  if (event.length !== frame + Buffer.byteLength(data)) return false;
  return (
    event.toString('latin1', 0, DATA.length) === DATA && event.toString('latin1', event.length - 2) === BLANK
  );
}

const CR = 0x0d;
const DATA = 'data: ';
const BEGINNING = `${DATA}{`;
const BLANK = '\n\n';
const DONE = '[DONE]';
const DONE_FRAME = `${DATA}${DONE}${BLANK}`;

function hasContent(delta: Delta | undefined): boolean {
  for (const field in delta) {
    const value = delta[field];
    if (field !== 'role' && (Array.isArray(value) ? value.length > 0 : Boolean(value))) return true;
  }
  return false;
}

/** Nothing that the relay must know of, and nothing that must not reach a caller as it stands. */
function saysOnlyContent({ choices, reported, usage }: ChatChunk): boolean {
  if (reported !== undefined || (usage !== undefined && usage !== null)) return false;
  return choices.every(({ finishReason }) => finishReason === undefined);
}
