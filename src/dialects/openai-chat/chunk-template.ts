import type { TextDelta } from '../../core/stream-part.js';
import type { FastPathEvents } from '../../core/dialect/transcoder.js';
import { isRecord } from './chunk/is-record.js';
import { readChunk, readText, type ChatChunk } from './chunk/read-chunk.js';

/** How often a shape is learnt in a row without one event that has it: some streams have none. */
const MAX_TEMPLATES = 4;
const PROBE = 'probe';
const DATA = 'data: ';
const BLANK = '\n\n';
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Longer events are parsed each time: to take their shape costs a few times what parsing does. */
const MAX_TEMPLATE_CHARACTERS = 16 * 1024;

/** As much as some twenty shapes take, in bytes. */
const SLAB_BYTES = 4096;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabUsed = 0;

/** A string's beginning under one of the two names whose values change from chunk to chunk. */
const CONTENT = /"content"\s*:\s*"/;
const OBFUSCATION = /"obfuscation"\s*:\s*"/;

/**
 * The bytes of an event before, between and after the strings that change, its framing included; between is from the content's
 * closing quote to the padding's opening one, and empty without a padding.
 */
interface Template {
  readonly bytes: Buffer;
  readonly between: number;
  readonly after: number;
  readonly choice: number;
}

/**
 * What the text chunks of one stream have in common: all of their bytes but the content, and OpenAI's padding
 * against side channels. An event of a shape that was read once need not be parsed again to be known.
 * Inside a JSON string a quote is escaped, so no text that a model writes ends its string early. Bytes are compared
 * with bytes: to make a string of them takes longer than the rest (docs/decisions/0008).
 */
export class ChunkTemplate {
  #template: Template | undefined;
  #learned = 0;

  /** How many events a block holds, if each says a text and nothing else; 0 for any other block. */
  count(block: Buffer): number {
    const shape = this.#template;
    // A line that ends with CR is none of a shape.
    if (shape === undefined || block.includes(CR)) return 0;
    const isEscaped = block.includes(BACKSLASH);
    let events = 0;
    for (let at = 0; at < block.length; events += 1) {
      const end = endOfEvent(block, at, shape);
      if (end === -1 || (isEscaped && textOf(block, at + shape.between) === undefined)) return 0;
      at = end;
    }
    this.#learned = 0;
    return events;
  }

  /**
   * What events say from an offset on, as far as each says a text and nothing else; undefined if the first does not. Only
   * of a block without CR.
   */
  read(block: Buffer, from: number): FastPathEvents | undefined {
    const shape = this.#template;
    if (shape === undefined) return undefined;
    let parts: TextDelta[] | undefined;
    let at = from;
    while (at < block.length) {
      const end = endOfEvent(block, at, shape);
      const text = end === -1 ? undefined : textOf(block, at + shape.between);
      if (text === undefined) break;
      const part: TextDelta = { type: 'text-delta', choice: shape.choice, text };
      // An empty array that is pushed to takes room for seventeen, and nearly all blocks hold one event.
      if (parts === undefined) parts = [part];
      else parts.push(part);
      at = end;
    }
    if (parts === undefined) return undefined;
    this.#learned = 0;
    return { parts, end: at };
  }

  /** Takes the shape of an event that was read and has not the one known, if it says a text and nothing else. */
  learnFrom(data: string, chunk: ChatChunk): void {
    if (!this.#canLearn(data) || !hasOnlyText(chunk)) return;
    this.#learned += 1;
    this.#template = templateOf(data, chunk) ?? this.#template;
  }

  #canLearn(data: string): boolean {
    return this.#learned < MAX_TEMPLATES && data.length <= MAX_TEMPLATE_CHARACTERS;
  }
}

/** The offset after the event at `at`; -1 if it has another shape, or no text. */
function endOfEvent(block: Buffer, at: number, { bytes, between, after }: Template): number {
  const from = at + between;
  const to = matchesAt(bytes, 0, between, block, at) ? closingQuote(block, from) : -1;
  if (to <= from) return -1;
  let last = to;
  if (between < after)
    last = matchesAt(bytes, between, after, block, to) ? closingQuote(block, to + after - between) : -1;
  if (last === -1 || !matchesAt(bytes, after, bytes.length, block, last)) return -1;
  const end = last + bytes.length - after;
  return block.indexOf(LF, from) === end - BLANK.length ? end : -1;
}

function textOf(block: Buffer, from: number): string | undefined {
  return unescaped(block.toString('utf8', from, block.indexOf(QUOTE, from)));
}

/** Whether some of a shape's bytes stand at an offset. */
function matchesAt(bytes: Buffer, from: number, to: number, block: Buffer, at: number): boolean {
  const end = at + to - from;
  return end <= block.length && bytes.compare(block, at, end, from, to) === 0;
}

/** The first quote from `at` on; -1 if it may be an escaped one. */
function closingQuote(text: Buffer, at: number): number {
  const quote = text.indexOf(QUOTE, at);
  return quote > at && text[quote - 1] === BACKSLASH ? -1 : quote;
}

function templateOf(data: string, { choices: [choice] }: ChatChunk): Template | undefined {
  const content = stringAt(data, CONTENT, 0);
  if (content === undefined || choice === undefined || /[\r\n]/.test(data)) return undefined;
  const padding = stringAt(data, OBFUSCATION, content.end);
  const before = data.slice(0, content.start);
  const between = padding && data.slice(content.end, padding.start);
  const after = data.slice(padding?.end ?? content.end);
  // Another field may have the name too: it is the delta's if what is put there is read there.
  const probe = readChunk(before + PROBE + (between === undefined ? '' : between + PROBE) + after);
  if (probe?.choices[0]?.delta?.['content'] !== PROBE) return undefined;
  return templateFrom([DATA + before, between ?? '', after + BLANK], choice.index);
}

function templateFrom([before, between, after]: readonly [string, string, string], choice: number): Template {
  const text = before + between + after;
  const bytes = keptBytes(text);
  const start = Buffer.byteLength(before);
  return { bytes, between: start, after: start + Buffer.byteLength(between), choice };
}

/**
 * In memory that shapes alone share: an ArrayBuffer of its own takes more than most shapes, and each collection has to look
 * after it; a part of Node's pool would hold on to all that stands there for as long as the stream runs.
 */
function keptBytes(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > slab.length - slabUsed) {
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, length));
    slabUsed = 0;
  }
  const bytes = slab.subarray(slabUsed, slabUsed + length);
  slabUsed += length;
  bytes.write(text);
  return bytes;
}

function stringAt(data: string, name: RegExp, from: number) {
  const rest = data.slice(from);
  const found = name.exec(rest);
  if (found === null) return undefined;
  const start = from + found.index + found[0].length;
  const end = data.indexOf('"', start);
  return end === -1 || data[end - 1] === '\\' ? undefined : { start, end };
}

function hasOnlyText({ choices, usage }: ChatChunk): boolean {
  const [choice, ...others] = choices;
  if (choice?.delta === undefined || others.length > 0 || choice.finishReason) return false;
  if (isRecord(usage)) return false;
  const { content, ...rest } = choice.delta;
  return Boolean(readText(content)) && Object.keys(rest).length === 0;
}

function unescaped(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal;
  try {
    return readText(JSON.parse(`"${literal}"`));
  } catch {
    return undefined;
  }
}
