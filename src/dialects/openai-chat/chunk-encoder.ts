import type { FormatContext } from '../../core/dialect/stream-format.js';
import type { FinishInfo, PartEncoder } from '../../core/dialect/transcoder.js';
import { canonicalFinishReason } from '../../core/outcome.js';
import type { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import { sseData } from '../sse-frame.js';
import { encodeAudio, encodeFiles, encodeSources } from './encode-media.js';
import { encodeErrorFrame } from './errors/encode-error.js';
import { asksForUsage } from './encode-request.js';
import { encodeUsage } from './usage/encode-usage.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Encodes parts as chat completion chunks, for callers whose upstream speaks another dialect.
 * Source: OpenAI API reference, 'The chat completion chunk object'.
 */
export function chunkEncoder({ streamId, request, continued }: FormatContext): PartEncoder<string> {
  const head = {
    id: `chatcmpl-${streamId}`,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model: request.model ?? '',
    ...continued?.partial.head,
  };
  return new ChunkEncoder(head, asksForUsage(request), continued === undefined ? [] : [0]);
}

class ChunkEncoder implements PartEncoder<string> {
  /** Choices whose role was sent. */
  readonly #started: Set<number>;

  constructor(
    private readonly head: Fields,
    private readonly showUsage: boolean,
    started: readonly number[],
  ) {
    this.#started = new Set(started);
  }

  opening(): readonly string[] {
    return [];
  }

  /** The chunks of one upstream read are one string, for one write. */
  encode(parts: readonly StreamPart[]): readonly string[] {
    const chunks = parts.flatMap((part) => ('choice' in part ? this.#chunksOf(part) : []));
    return chunks.length === 0 ? [] : [chunks.join('')];
  }

  finish({ usage }: FinishInfo): readonly string[] {
    const last = usage !== undefined && this.showUsage ? this.#event([], { usage: encodeUsage(usage) }) : '';
    return [`${last}${sseData('[DONE]')}`];
  }

  fail(error: SluiceError): readonly string[] {
    return [encodeErrorFrame(error)];
  }

  #chunksOf(part: Extract<StreamPart, { choice: number }>): string[] {
    const { choice: index } = part;
    if (part.type === 'finish') {
      const reason = canonicalFinishReason(part.reason) ?? part.reason;
      return [this.#event([{ index, delta: {}, finish_reason: reason }])];
    }
    const delta = deltaOf(part);
    if (delta === undefined) return [];
    const role = this.#started.has(index) ? {} : { role: 'assistant' };
    this.#started.add(index);
    return [this.#event([{ index, delta: { ...role, ...delta }, finish_reason: null }])];
  }

  #event(choices: readonly Fields[], others: Fields = {}): string {
    return sseData(JSON.stringify({ ...this.head, choices, ...others }));
  }
}

/** Undefined for what chunks do not say. */
function deltaOf(part: StreamPart): Fields | undefined {
  switch (part.type) {
    case 'text-delta':
      return { content: part.text };
    case 'reasoning-delta':
      return { reasoning_content: part.text };
    case 'tool-call-delta': {
      const { index, id, name, arguments: json } = part;
      const type = id === undefined ? {} : { id, type: 'function' };
      return { tool_calls: [{ index, ...type, function: { name, arguments: json ?? '' } }] };
    }
    case 'file':
      return encodeFiles([part]);
    case 'audio-delta':
      return { audio: encodeAudio(part) };
    case 'refusal-delta':
      return { refusal: part.text };
    case 'source':
      return { annotations: encodeSources([part]) };
    default:
      return undefined;
  }
}
