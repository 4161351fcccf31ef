import type { ChatRequest } from '../../core/chat-request.js';
import type { Beginning, Continuation, Said, SaidListener } from '../../core/continuation.js';
import type { Frame } from '../../core/frame.js';
import type { EventBlock } from '../../core/event-block.js';
import { parseJson } from '../../core/parse-json.js';
import { readBlock, type BlockListener } from '../../core/read-block.js';
import { transcoded } from '../../core/transcoded.js';
import type { Transcoder } from '../../core/transcoder.js';
import { jsonMember } from '../json-members.js';
import { MAX_SAID } from '../max-said.js';
import { sseData } from '../sse-frame.js';
import { withMembers } from '../with-members.js';
import { eventDecoder } from './decode-event.js';
import { encodeErrorFrame } from './encode-error.js';
import { asksForUsage } from './encode-request.js';
import { isRecord } from './is-record.js';

const DONE_FRAME = 'data: [DONE]\n\n';

type Body = Readonly<Record<string, unknown>>;

/** Going on with a chat completion. Only text can be gone on with: of a tool call or of JSON nobody knows the middle. */
export const continuation: Continuation = {
  mayContinue(request) {
    const { n, tools, functions, logprobs, response_format: format } = bodyOf(request);
    const isText = format === undefined || format === null || (isRecord(format) && format['type'] === 'text');
    return (n ?? 1) === 1 && isEmpty(tools) && isEmpty(functions) && logprobs !== true && isText;
  },
  listen: () => new Listener(),
  requestFor(request, { text, tokens }) {
    const limits = Object.entries(bodyOf(request)).flatMap(([name, value]) =>
      (name === 'max_tokens' || name === 'max_completion_tokens') && typeof value === 'number'
        ? [[name, value - tokens] as const]
        : [],
    );
    if (limits.some(([, left]) => left <= 0)) return undefined;
    const beginning = { role: 'assistant', content: text };
    const messages = [...request.messages, beginning];
    const changed = { messages, ...Object.fromEntries(limits) };
    return {
      ...request,
      messages,
      ...(request.parameters && { parameters: { ...request.parameters, ...Object.fromEntries(limits) } }),
      ...(request.source && { source: { ...request.source, body: { ...request.source.body, ...changed } } }),
      ...(request.text && { text: { ...request.text, json: goneOn(request.text.json, beginning, limits) } }),
    };
  },
  passThrough: (request, beginning) => new Rest(asksForUsage(request), beginning),
};

/** The caller's text with one message more, and other limits. */
function goneOn(json: string, message: object, limits: readonly (readonly [string, number])[]): string {
  const member = jsonMember(json, 'messages');
  if (member === undefined) return json;
  const messages = json.slice(member.valueFrom, member.valueTo - 1);
  return withMembers(json, {
    messages: `${messages},${JSON.stringify(message)}]`,
    ...Object.fromEntries(limits.map(([name, left]) => [name, JSON.stringify(left)])),
  });
}

function bodyOf({ source, parameters }: ChatRequest): Body {
  return source?.body ?? parameters ?? {};
}

function isEmpty(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

/** A refusal is read as text, but nobody goes on with one. Within a text its quotes would be escaped. */
const REFUSAL = /"refusal"\s*:\s*"(?!")/;

/** Keeps the text of an answer, and the fields that its chunks share. */
class Listener implements SaidListener, BlockListener {
  readonly #decoder = eventDecoder();
  #text = '';
  #tokens = 0;
  #isPlainText = true;
  #head: Body | undefined;

  get said(): Said {
    const { text, tokens } = { text: this.#text, tokens: this.#tokens };
    return {
      text,
      tokens,
      isPlainText: this.#isPlainText && text.length <= MAX_SAID,
      head: this.#head ?? {},
    };
  }

  hear(block: EventBlock): void {
    this.#head ??= headOf(block);
    for (const part of readBlock(block, this.#decoder, this).parts) {
      // What it costs so far is nothing that it says.
      if (part.type === 'usage') continue;
      if (part.type !== 'text-delta' || part.choice !== 0) this.#isPlainText = false;
      else if (this.#text.length <= MAX_SAID) {
        this.#text += part.text;
        this.#tokens += 1;
      }
    }
  }

  /** Of the reading: texts and nothing else. */
  onKnown(): void {}

  /** Of the reading. */
  onEvent(_from: number, _to: number, data: string): void {
    if (REFUSAL.test(data)) this.#isPlainText = false;
  }
}

/** Of the first chunk; undefined if the block has none. */
function headOf(block: EventBlock): Body | undefined {
  for (const { data } of block.events(0, block.bytes.length)) {
    const chunk = parse(data);
    if (chunk === undefined) continue;
    const { id, created, model } = chunk;
    return { id, created, model };
  }
  return undefined;
}

/** Prints the chunks of the rest with the head of the beginning, without a second role, and with the usage of both. */
class Rest implements Transcoder<Frame> {
  readonly #decoder = eventDecoder();
  #noted = false;
  #doneSent = false;

  constructor(
    private readonly showUsage: boolean,
    private readonly beginning: Beginning,
  ) {}

  push(block: EventBlock): ReturnType<Transcoder<Frame>['push']> {
    const output: Frame[] = [];
    const { seen } = readBlock(block, this.#decoder, {
      onKnown: (from, to) => {
        for (const { data } of block.events(from, to)) output.push(...this.#print(data));
      },
      onEvent: (_from, _to, data, { done, ignored }) => {
        if (done) output.push(DONE_FRAME);
        else if (ignored !== true) output.push(...this.#print(data));
      },
    });
    this.#doneSent ||= seen.done;
    return transcoded(output, seen);
  }

  opening(): readonly Frame[] {
    return [];
  }

  finish(): readonly Frame[] {
    return this.#doneSent ? [] : [DONE_FRAME];
  }

  fail(error: Parameters<Transcoder<Frame>['fail']>[0]): readonly Frame[] {
    return [encodeErrorFrame(error)];
  }

  #print(data: string): string[] {
    const chunk = parse(data);
    if (chunk === undefined) return [sseData(data)];
    const { choices, usage } = chunk;
    const isUsage = Array.isArray(choices) ? choices.length === 0 : Boolean(usage);
    if ((isUsage && !this.showUsage) || isRoleOnly(choices)) return [];
    const { said, target } = this.beginning;
    const note = this.#noted ? {} : { sluice: { continued_by: target } };
    this.#noted = true;
    const sum = isRecord(usage) ? { usage: this.#withBeginning(usage) } : {};
    return [sseData(JSON.stringify({ ...chunk, ...said.head, ...sum, ...note }))];
  }

  /** What the rest cost, and what the beginning did. */
  #withBeginning(usage: Body): Body {
    const { promptTokens, completionTokens, totalTokens } = this.beginning.usage;
    const add = (name: string, tokens: number) =>
      typeof usage[name] === 'number' ? { [name]: usage[name] + tokens } : {};
    return {
      ...usage,
      ...add('prompt_tokens', promptTokens),
      ...add('completion_tokens', completionTokens),
      ...add('total_tokens', totalTokens),
    };
  }
}

function isRoleOnly(choices: unknown): boolean {
  const [choice]: unknown[] = Array.isArray(choices) ? choices : [];
  if (!isRecord(choice) || !isRecord(choice['delta']) || choice['finish_reason']) return false;
  const { role, content, ...rest } = choice['delta'];
  return (
    role !== undefined &&
    (content === undefined || content === null || content === '') &&
    Object.keys(rest).length === 0
  );
}

function parse(data: string): Body | undefined {
  const json = parseJson(data);
  return isRecord(json) ? json : undefined;
}
