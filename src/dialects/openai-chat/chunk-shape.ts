import { isRecord, readChunk, readText, type ChatChunk } from './read-chunk.js';

/** How often a shape is learnt in a row without one event that has it: some streams have none. */
const MAX_LESSONS = 4;
const PROBE = 'probe';
const BACKSLASH = 0x5c;

/** A string's beginning under one of the two names whose values change from chunk to chunk. */
const CONTENT = /"content"\s*:\s*"/;
const OBFUSCATION = /"obfuscation"\s*:\s*"/;

/** What stands before, between and after the strings that change. */
interface Shape {
  readonly before: string;
  /** From the content's closing quote to the padding's opening one; undefined without a padding. */
  readonly between: string | undefined;
  readonly after: string;
  readonly choice: number;
  readonly model: string | undefined;
}

/** A chunk that says nothing but a text. */
export interface TextChunk {
  readonly choice: number;
  readonly text: string;
  readonly model: string | undefined;
}

/**
 * What the text chunks of one stream have in common: all of their bytes but the content, and OpenAI's padding
 * against side channels. An event of a shape that was read once need not be parsed again to be known.
 * Inside a JSON string a quote is escaped, so no text that a model writes ends its string early.
 */
export class ChunkShape {
  #shape: Shape | undefined;
  #lessons = 0;

  /** True if the event says a text and nothing else. Needs no decoding: bytes as Latin-1 will do. */
  fits(data: string): boolean {
    return this.#contentEnd(data) !== -1;
  }

  /** What the event says, if it has the shape. */
  read(data: string): TextChunk | undefined {
    const end = this.#contentEnd(data);
    if (end === -1 || this.#shape === undefined) return undefined;
    const { before, choice, model } = this.#shape;
    const text = unescaped(data.slice(before.length, end));
    return text === undefined || text === '' ? undefined : { choice, text, model };
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

  /** The offset of the content's closing quote; -1 if the event has another shape. */
  #contentEnd(data: string): number {
    const shape = this.#shape;
    if (shape === undefined || !data.startsWith(shape.before)) return -1;
    const end = closingQuote(data, shape.before.length);
    if (end === -1 || !fitsRest(data, end, shape)) return -1;
    this.#lessons = 0;
    return end;
  }
}

function fitsRest(data: string, end: number, { between, after }: Shape): boolean {
  if (between === undefined) return data.length === end + after.length && data.endsWith(after);
  if (!data.startsWith(between, end)) return false;
  const last = closingQuote(data, end + between.length);
  return last !== -1 && data.length === last + after.length && data.endsWith(after);
}

/** The first quote from `at` on; -1 if it may be an escaped one. */
function closingQuote(data: string, at: number): number {
  const quote = data.indexOf('"', at);
  return quote > at && data.charCodeAt(quote - 1) === BACKSLASH ? -1 : quote;
}

function shapeOf(data: string, { choices: [choice], model }: ChatChunk): Shape | undefined {
  const content = stringAt(data, CONTENT, 0);
  if (content === undefined || choice === undefined) return undefined;
  const padding = stringAt(data, OBFUSCATION, content.end);
  const before = data.slice(0, content.start);
  const between = padding && data.slice(content.end, padding.start);
  const after = data.slice(padding?.end ?? content.end);
  // Another field may have the name too: it is the delta's if what is put there is read there.
  const probe = readChunk(before + PROBE + (between === undefined ? '' : between + PROBE) + after);
  if (probe?.choices[0]?.delta?.['content'] !== PROBE) return undefined;
  return { before, between, after, choice: choice.index, model };
}

function stringAt(data: string, name: RegExp, from: number) {
  const rest = data.slice(from);
  const found = name.exec(rest);
  if (found === null) return undefined;
  const start = from + found.index + found[0].length;
  const end = closingQuote(data, start);
  return end === -1 ? undefined : { start, end };
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
