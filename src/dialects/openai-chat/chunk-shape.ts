import type { TextDelta } from '../../core/stream-part.js';
import { isRecord, readChunk, readText, type ChatChunk } from './read-chunk.js';

/** How often a shape is learnt in a row without one event that has it: some streams have none. */
const MAX_LESSONS = 4;
const PROBE = 'probe';
const DATA = 'data: ';
const BLANK = '\n\n';
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A string's beginning under one of the two names whose values change from chunk to chunk. */
const CONTENT = /"content"\s*:\s*"/;
const OBFUSCATION = /"obfuscation"\s*:\s*"/;

/** The bytes of an event before, between and after the strings that change, its framing included. */
interface Shape {
  readonly before: Buffer;
  /** From the content's closing quote to the padding's opening one; undefined without a padding. */
  readonly between: Buffer | undefined;
  readonly after: Buffer;
  readonly choice: number;
}

/**
 * What the text chunks of one stream have in common: all of their bytes but the content, and OpenAI's padding
 * against side channels. An event of a shape that was read once need not be parsed again to be known.
 * Inside a JSON string a quote is escaped, so no text that a model writes ends its string early. Bytes are compared
 * with bytes: to make a string of them takes longer than the rest (docs/decisions/0008).
 */
export class ChunkShape {
  #shape: Shape | undefined;
  #lessons = 0;

  /** How many events a block holds, if each says a text and nothing else; 0 for any other block. */
  count(block: Buffer): number {
    return this.#walk(block);
  }

  /** What the events of a block say, if each says a text and nothing else. */
  read(block: Buffer): readonly TextDelta[] | undefined {
    const texts: TextDelta[] = [];
    return this.#walk(block, texts) === 0 ? undefined : texts;
  }

  /** Takes the shape of an event that was read and has not the one known, if it says a text and nothing else. */
  learn(data: string, chunk: ChatChunk): void {
    if (this.#lessons >= MAX_LESSONS || !saysOnlyText(chunk)) return;
    this.#lessons += 1;
    this.#shape = shapeOf(data, chunk) ?? this.#shape;
  }

  /** Reads an event in order to take its shape, if that is still worth it. */
  readToLearn(data: string): void {
    if (this.#lessons >= MAX_LESSONS) return;
    const chunk = readChunk(data);
    if (chunk !== undefined && saysOnlyText(chunk)) this.learn(data, chunk);
    else this.#lessons += 1;
  }

  #walk(block: Buffer, texts?: TextDelta[]): number {
    const shape = this.#shape;
    if (shape === undefined || block.includes(CR)) return 0;
    let events = 0;
    for (let at = 0; at < block.length; events += 1) {
      const from = at + shape.before.length;
      const to = stands(shape.before, block, at) ? closingQuote(block, from) : -1;
      if (to <= from) return 0;
      const end = endOfEvent(block, to, shape);
      if (end === -1 || block.indexOf(LF, from) !== end - BLANK.length) return 0;
      if (texts !== undefined) {
        const text = unescaped(block.toString('utf8', from, to));
        if (text === undefined) return 0;
        texts.push({ type: 'text-delta', choice: shape.choice, text });
      }
      at = end;
    }
    this.#lessons = 0;
    return events;
  }
}

/** The offset after the event whose content ends at `at`; -1 if it goes on in another shape. */
function endOfEvent(block: Buffer, at: number, { between, after }: Shape): number {
  let last = at;
  if (between !== undefined)
    last = stands(between, block, at) ? closingQuote(block, at + between.length) : -1;
  return last !== -1 && stands(after, block, last) ? last + after.length : -1;
}

function stands(bytes: Buffer, block: Buffer, at: number): boolean {
  const end = at + bytes.length;
  return end <= block.length && bytes.compare(block, at, end) === 0;
}

/** The first quote from `at` on; -1 if it may be an escaped one. */
function closingQuote(text: Buffer, at: number): number {
  const quote = text.indexOf(QUOTE, at);
  return quote > at && text[quote - 1] === BACKSLASH ? -1 : quote;
}

function shapeOf(data: string, { choices: [choice] }: ChatChunk): Shape | undefined {
  const content = stringAt(data, CONTENT, 0);
  if (content === undefined || choice === undefined || /[\r\n]/.test(data)) return undefined;
  const padding = stringAt(data, OBFUSCATION, content.end);
  const before = data.slice(0, content.start);
  const between = padding && data.slice(content.end, padding.start);
  const after = data.slice(padding?.end ?? content.end);
  // Another field may have the name too: it is the delta's if what is put there is read there.
  const probe = readChunk(before + PROBE + (between === undefined ? '' : between + PROBE) + after);
  if (probe?.choices[0]?.delta?.['content'] !== PROBE) return undefined;
  return {
    before: Buffer.from(DATA + before),
    between: between === undefined ? undefined : Buffer.from(between),
    after: Buffer.from(after + BLANK),
    choice: choice.index,
  };
}

function stringAt(data: string, name: RegExp, from: number) {
  const rest = data.slice(from);
  const found = name.exec(rest);
  if (found === null) return undefined;
  const start = from + found.index + found[0].length;
  const end = data.indexOf('"', start);
  return end === -1 || data[end - 1] === '\\' ? undefined : { start, end };
}

function saysOnlyText({ choices, usage, error }: ChatChunk): boolean {
  const [choice, ...others] = choices;
  if (choice?.delta === undefined || others.length > 0 || choice.finishReason) return false;
  if (isRecord(usage) || (error !== undefined && error !== null)) return false;
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
