import type { ChatRequest } from '../../core/chat-request.js';
import type { Frame } from '../../core/frame.js';
import type { EventBlock, UpstreamEvent } from '../../core/event-block.js';
import { readBlock, type BlockListener } from '../../core/read-block.js';
import type { SluiceError } from '../../core/sluice-error.js';
import { transcoded, transcodedTexts } from '../../core/transcoded.js';
import type { DecodedEvent, EventDecoder, Transcoded, Transcoder } from '../../core/transcoder.js';
import { sseData } from '../sse-frame.js';
import { ChunkShape } from './chunk-shape.js';
import { partsOf } from './decode-event.js';
import { encodeErrorFrame } from './encode-error.js';
import { asksForUsage } from './encode-request.js';
import { readChunk, type Delta } from './read-chunk.js';
import { readSign } from './read-sign.js';

/**
 * What the relay must look at, and what must not reach a caller as it stands: a usage, an error in any of its shapes, a
 * finish reason, the end, a carriage return, a blank line too many, and any line that does not begin with `data: ` (comments,
 * ids, names) or that holds a comment.
 * Inside a JSON string a quote is escaped, so no text that a model writes can look like one of the fields;
 * a false alarm only costs the slow way.
 */
const NOTABLE =
  /"(?:(?:usage(?:Metadata)?|timings|prompt_eval_count)"\s*:\s*[^\sn]|[eE]rror(?:\w+"\s*:|s?"\s*:(?!(?:null|false|"")[,}]))|finish_reason"\s*:\s*"(?!"|null")|(?:message|msg|detail|code|base_resp)"\s*:|(?:object|type)"\s*:\s*"error)|\[DONE\]|\r|^\n|\n\n\n|(?:^|\n)(?!data: [^\n: \t]|\n|$)/;

/** OpenAI to OpenAI: bytes pass as they are, and only blocks with something notable in them are parsed. */
export function passThrough(request: ChatRequest): Transcoder<Frame> {
  return new PassThrough(asksForUsage(request));
}

class PassThrough implements Transcoder<Frame> {
  readonly #shape = new ChunkShape();
  readonly #decoder: EventDecoder = {
    decode: (event) => this.#decode(event),
    known: (block, from) => this.#shape.read(block, from),
  };
  #committed = false;
  #doneSent = false;

  constructor(private readonly showUsage: boolean) {}

  push(block: EventBlock): Transcoded<Frame> {
    const events = this.#committed ? this.#plainEvents(block.bytes) : 0;
    if (events > 0) return transcodedTexts([block.bytes], events);
    const inspected = this.#inspect(block);
    this.#committed ||= inspected.content;
    this.#doneSent ||= inspected.done;
    return inspected;
  }

  opening(): readonly Frame[] {
    return [];
  }

  finish(): readonly Frame[] {
    return this.#doneSent ? [] : [DONE_FRAME];
  }

  fail(error: SluiceError): readonly Frame[] {
    return [encodeErrorFrame(error)];
  }

  /** How many events a block without anything notable holds; 0 for a block that must be read. */
  #plainEvents(block: Buffer): number {
    const known = this.#shape.count(block);
    if (known > 0) return known;
    const text = block.toString('latin1');
    if (NOTABLE.test(text)) return 0;
    let events = 0;
    let last = 0;
    for (let at = text.indexOf(BLANK); at !== -1; at = text.indexOf(BLANK, at + BLANK.length)) {
      events += 1;
      if (at + BLANK.length < text.length) last = at + BLANK.length;
    }
    this.#shape.readToLearn(block.toString('utf8', last + DATA.length, block.length - BLANK.length));
    return events;
  }

  #inspect(block: EventBlock): Transcoded<Frame> {
    const passed = new PassedOn(block.bytes, this.showUsage);
    const { seen } = readBlock(block, this.#decoder, passed);
    return transcoded(passed.frames(), seen);
  }

  /**
   * What can be read of an event that is passed on whatever it is. `content` is undefined for an event without
   * choices, and true for any delta: a vendor's own fields count as content too.
   */
  #decode(event: UpstreamEvent): DecodedEvent {
    const sign = readSign(event);
    if (sign !== undefined) return sign;
    const { data } = event;
    const chunk = readChunk(data);
    if (chunk === undefined) return { parts: [], done: false };
    this.#shape.learn(data, chunk);
    const { choices, model } = chunk;
    if (choices.length > 0) {
      const content = choices.some(({ delta, message }) => saysSomething(delta ?? message));
      return { parts: partsOf(chunk), done: false, model, content };
    }
    const usageOnly = chunk.usage !== undefined && chunk.usage !== null;
    return { parts: partsOf(chunk), done: false, model, usageOnly };
  }
}

/** What callers are sent of a block: its bytes wherever they may stay as they are. */
class PassedOn implements BlockListener {
  readonly #frames: Frame[] = [];
  #from = 0;
  #to = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly showUsage: boolean,
  ) {}

  onKnown(from: number, to: number): void {
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
    if (isAsPrinted && isPlain(this.bytes.subarray(from, to), data)) return this.onKnown(from, to);
    this.#cut();
    this.#frames.push(done ? DONE_FRAME : sseData(data));
  }

  frames(): readonly Frame[] {
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

const DATA = 'data: ';
const BLANK = '\n\n';
const DONE = '[DONE]';
const DONE_FRAME = `${DATA}${DONE}${BLANK}`;

function saysSomething(delta: Delta | undefined): boolean {
  for (const field in delta) {
    const value = delta[field];
    if (field !== 'role' && (Array.isArray(value) ? value.length > 0 : Boolean(value))) return true;
  }
  return false;
}
