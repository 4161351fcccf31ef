import type { ChatRequest } from '../../core/chat-request.js';
import type { Frame } from '../../core/dialect.js';
import type { EventBlock } from '../../core/event-block.js';
import { readBlock } from '../../core/read-block.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { DecodedEvent, Transcoded, Transcoder } from '../../core/transcoder.js';
import { sseData } from '../sse-frame.js';
import { ChunkShape } from './chunk-shape.js';
import { partsOf } from './decode-event.js';
import { encodeErrorFrame } from './encode-error.js';
import { asksForUsage } from './encode-request.js';
import { readChunk, type Delta } from './read-chunk.js';

/**
 * What the relay must look at, and what must not reach a caller as it stands: a usage, an error, a finish
 * reason, the end, a carriage return, a blank line too many, and any line that does not begin with `data: `
 * (comments, ids, names).
 * Inside a JSON string a quote is escaped, so no text that a model writes can look like one of the fields;
 * a false alarm only costs the slow way.
 */
const NOTABLE =
  /"usage"\s*:\s*\{|"error"\s*:|"finish_reason"\s*:\s*"|\[DONE\]|\r|^\n|\n\n\n|(?:^|\n)(?!data: [^\n]|\n|$)/;

/** OpenAI to OpenAI: bytes pass as they are, and only blocks with something notable in them are parsed. */
export function passThrough(request: ChatRequest): Transcoder<Frame> {
  return new PassThrough(asksForUsage(request));
}

class PassThrough implements Transcoder<Frame> {
  readonly #shape = new ChunkShape();
  #committed = false;
  #doneSent = false;

  constructor(private readonly showUsage: boolean) {}

  push(block: EventBlock): Transcoded<Frame> {
    const events = this.#committed ? this.#plainEvents(block.bytes) : 0;
    if (events > 0) return { output: [block.bytes], events, content: true, done: false, finishes: 0 };
    const transcoded = this.#inspect(block);
    this.#committed ||= transcoded.content;
    this.#doneSent ||= transcoded.done;
    return transcoded;
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

  /** Reads a block event by event; the payload of each event stays as it was. */
  #inspect(block: EventBlock): Transcoded<Frame> {
    let frames = '';
    const decode = (data: string) => this.#decode(data);
    const { seen } = readBlock(block, decode, (data, { parts, content }) => {
      const usageOnly = content === undefined && parts.some(({ type }) => type === 'usage');
      if (this.showUsage || !usageOnly) frames += sseData(data);
    });
    return { ...seen, output: frames === '' ? [] : [frames] };
  }

  /**
   * What can be read of an event that is passed on whatever it is. `content` is undefined for an event without
   * choices, and true for any delta: a vendor's own fields count as content too.
   */
  #decode(data: string): DecodedEvent {
    if (data === '[DONE]') return { parts: [], done: true };
    const chunk = readChunk(data);
    if (chunk === undefined) return { parts: [], done: false };
    this.#shape.learn(data, chunk);
    const { choices, model } = chunk;
    const said = choices.length > 0 && { content: choices.some(({ delta }) => saysSomething(delta)) };
    return { parts: partsOf(chunk), done: false, model, ...said };
  }
}

const DATA = 'data: ';
const BLANK = '\n\n';
const DONE_FRAME = 'data: [DONE]\n\n';

function saysSomething(delta: Delta | undefined): boolean {
  for (const field in delta) {
    const value = delta[field];
    if (field !== 'role' && (Array.isArray(value) ? value.length > 0 : Boolean(value))) return true;
  }
  return false;
}
