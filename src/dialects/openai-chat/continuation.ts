import type {
  ContinuedAnswer,
  Continuation,
  PartialText,
  TextRecorder,
} from '../../core/dialect/continuation.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { EventBatch } from '../../core/dialect/event-batch.js';
import { parseJson } from '../../core/json/parse-json.js';
import { decodeEvents, type EventVisitor } from '../../core/dialect/decode-events.js';
import { transcodeResult } from '../../core/dialect/transcode-result.js';
import type { Transcoder } from '../../core/dialect/transcoder.js';
import { jsonMember } from '../json/json-members.js';
import { MAX_CONTINUATION_CHARS } from '../max-continuation-chars.js';
import { sseData } from '../sse-frame.js';
import { withMembers } from '../json/with-members.js';
import { eventDecoder } from './chunk/decode-event.js';
import { encodeErrorFrame } from './errors/encode-error.js';
import { bodyOf } from './prompt/body-of.js';
import { asksForUsage } from './encode-request.js';
import { isRecord } from './chunk/is-record.js';

const DONE_FRAME = 'data: [DONE]\n\n';

type Body = Readonly<Record<string, unknown>>;

/** Continues a chat completion. Only text can be continued, since a tool call or JSON may have been cut at any point. */
export const continuation: Continuation = {
  mayContinue(request) {
    const { n, tools, functions, logprobs, response_format: format } = bodyOf(request);
    const isText = format === undefined || format === null || (isRecord(format) && format['type'] === 'text');
    return (n ?? 1) === 1 && isEmpty(tools) && isEmpty(functions) && logprobs !== true && isText;
  },
  listen: () => new PartialTextRecorder(),
  requestFor(request, { text, tokens }) {
    const body = bodyOf(request);
    const limits = Object.entries(body).flatMap(([name, value]) =>
      (name === 'max_tokens' || name === 'max_completion_tokens') && typeof value === 'number'
        ? [[name, value - tokens] as const]
        : [],
    );
    if (limits.some(([, left]) => left <= 0)) return undefined;
    const beginning = { role: 'assistant', content: text };
    const messages = Array.isArray(body['messages']) ? [...body['messages'], beginning] : [beginning];
    const { model, leavesTemperature } = request;
    return {
      model,
      leavesTemperature,
      source: { dialect: 'openai-chat', body: { ...body, messages, ...Object.fromEntries(limits) } },
      ...(request.text && {
        text: { ...request.text, json: continuedRequest(request.text.json, beginning, limits) },
      }),
    };
  },
  passThrough: (request, beginning) => new ContinuationTranscoder(asksForUsage(request), beginning),
};

/** The caller's text with one message more, and other limits. */
function continuedRequest(
  json: string,
  message: object,
  limits: readonly (readonly [string, number])[],
): string {
  const member = jsonMember(json, 'messages');
  if (member === undefined) return json;
  const messages = json.slice(member.valueFrom, member.valueTo - 1);
  return withMembers(json, {
    messages: `${messages},${JSON.stringify(message)}]`,
    ...Object.fromEntries(limits.map(([name, left]) => [name, JSON.stringify(left)])),
  });
}

function isEmpty(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

/** A refusal is read as text, but is not continued. Within a text its quotes would be escaped. */
const REFUSAL = /"refusal"\s*:\s*"(?!")/;

/** Keeps the text of an answer, and the fields that its chunks share. */
class PartialTextRecorder implements TextRecorder, EventVisitor {
  readonly #decoder = eventDecoder();
  #text = '';
  #tokens = 0;
  #isPlainText = true;
  #head: Body | undefined;

  get partial(): PartialText {
    const { text, tokens } = { text: this.#text, tokens: this.#tokens };
    return {
      text,
      tokens,
      isPlainText: this.#isPlainText && text.length <= MAX_CONTINUATION_CHARS,
      head: this.#head ?? {},
    };
  }

  record(block: EventBatch): void {
    this.#head ??= headOf(block);
    for (const part of decodeEvents(block, this.#decoder, this).parts) {
      // What it costs so far is nothing that it says.
      if (part.type === 'usage') continue;
      if (part.type !== 'text-delta' || part.choice !== 0) this.#isPlainText = false;
      else if (this.#text.length <= MAX_CONTINUATION_CHARS) {
        this.#text += part.text;
        this.#tokens += 1;
      }
    }
  }

  /** Of the reading: texts and nothing else. */
  onFastEvent(): void {}

  /** Of the reading. */
  onEvent(_from: number, _to: number, data: string): void {
    if (REFUSAL.test(data)) this.#isPlainText = false;
  }
}

/** Of the first chunk; undefined if the block has none. */
function headOf(block: EventBatch): Body | undefined {
  for (const { data } of block.events(0, block.bytes.length)) {
    const chunk = parse(data);
    if (chunk === undefined) continue;
    const { id, created, model } = chunk;
    return { id, created, model };
  }
  return undefined;
}

/** Prints the chunks of the rest with the head of the beginning, without a second role, and with the usage of both. */
class ContinuationTranscoder implements Transcoder<FrameBytes> {
  readonly #decoder = eventDecoder();
  #reported = false;
  #doneSent = false;

  constructor(
    private readonly showUsage: boolean,
    private readonly beginning: ContinuedAnswer,
  ) {}

  push(block: EventBatch): ReturnType<Transcoder<FrameBytes>['push']> {
    const output: FrameBytes[] = [];
    const { summary: seen } = decodeEvents(block, this.#decoder, {
      onFastEvent: (from, to) => {
        for (const { data } of block.events(from, to)) output.push(...this.#format(data));
      },
      onEvent: (_from, _to, data, { done, ignored }) => {
        if (done) output.push(DONE_FRAME);
        else if (ignored !== true) output.push(...this.#format(data));
      },
    });
    this.#doneSent ||= seen.done;
    return transcodeResult(output, seen);
  }

  opening(): readonly FrameBytes[] {
    return [];
  }

  finish(): readonly FrameBytes[] {
    return this.#doneSent ? [] : [DONE_FRAME];
  }

  fail(error: Parameters<Transcoder<FrameBytes>['fail']>[0]): readonly FrameBytes[] {
    return [encodeErrorFrame(error)];
  }

  #format(data: string): string[] {
    const chunk = parse(data);
    if (chunk === undefined) return [sseData(data)];
    const { choices, usage } = chunk;
    const isUsage = Array.isArray(choices) ? choices.length === 0 : Boolean(usage);
    if ((isUsage && !this.showUsage) || isRoleOnly(choices)) return [];
    const { partial: said, target } = this.beginning;
    const note = this.#reported ? {} : { sluice: { continued_by: target } };
    this.#reported = true;
    const sum = isRecord(usage) ? { usage: this.#withPartial(usage) } : {};
    return [sseData(JSON.stringify({ ...chunk, ...said.head, ...sum, ...note }))];
  }

  /** What the rest cost, and what the beginning did. */
  #withPartial(usage: Body): Body {
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
