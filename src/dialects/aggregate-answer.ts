import type { AggregatedAnswer, AggregatedToolCall } from '../core/aggregated-answer.js';
import type {
  AudioContent,
  FileContent,
  FinishReason,
  SourceContent,
  StreamPart,
} from '../core/stream-part.js';
import type { Usage } from '../core/usage.js';
import { joinBase64 } from './json/join-base64.js';

/** What an event adds to an answer. */
export interface AnswerDelta {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly source?: SourceContent | undefined;
  readonly toolCall?: ToolCallFragment | undefined;
  readonly file?: FileContent | undefined;
  readonly audio?: AudioContent | undefined;
  readonly finishReason?: FinishReason | null | undefined;
  readonly usage?: Usage | null | undefined;
  readonly model?: string | null | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

interface ToolCallFragment {
  readonly index: number;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
}

/** The answer of a choice that some parts make. */
export function aggregateParts(parts: readonly StreamPart[], choice = 0): AggregatedAnswer {
  return aggregate(parts.map((part) => deltaOfPart(part, choice)));
}

/** What a part adds to the answer of a choice. */
export function deltaOfPart(part: StreamPart, choice = 0): AnswerDelta {
  if ('choice' in part && part.choice !== choice) return {};
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
      return { text: part.text };
    case 'reasoning-delta':
      return { reasoning: part.text };
    case 'source': {
      const { type: _type, choice: _choice, ...source } = part;
      return { source };
    }
    case 'tool-call-delta':
      return { toolCall: part };
    case 'file': {
      const { type: _type, choice: _choice, ...file } = part;
      return { file };
    }
    case 'audio-delta': {
      const { type: _type, choice: _choice, ...audio } = part;
      return { audio };
    }
    case 'finish':
      return { finishReason: part.reason };
    case 'usage':
      return { usage: part.usage };
    case 'error':
      return { error: { code: part.error.code, message: part.error.message } };
    default:
      return {};
  }
}

/** Puts an answer together. */
export function aggregate(pieces: readonly AnswerDelta[]): AggregatedAnswer {
  const toolCalls = new Map<number, AggregatedToolCall>();
  for (const { toolCall } of pieces) {
    if (toolCall === undefined) continue;
    const known = toolCalls.get(toolCall.index);
    toolCalls.set(toolCall.index, {
      id: known?.id ?? toolCall.id,
      name: (known?.name ?? '') + (toolCall.name ?? '') || undefined,
      arguments: (known?.arguments ?? '') + (toolCall.arguments ?? ''),
    });
  }
  return {
    text: pieces.map(({ text }) => text ?? '').join(''),
    reasoning: pieces.map(({ reasoning }) => reasoning ?? '').join(''),
    toolCalls: [...toolCalls].toSorted(([one], [other]) => one - other).map(([, call]) => call),
    ...madeOf(pieces),
    finishReason: lastOf(pieces.map(({ finishReason }) => finishReason)),
    usage: lastOf(pieces.map(({ usage }) => usage)),
    model: pieces.find(({ model }) => Boolean(model))?.model ?? null,
    error: lastOf(pieces.map(({ error }) => error)),
  };
}

function madeOf(pieces: readonly AnswerDelta[]): Pick<AggregatedAnswer, 'files' | 'sources' | 'audio'> {
  const files = pieces.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const sources = pieces.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const spoken = pieces.flatMap(({ audio }) => (audio === undefined ? [] : [audio]));
  return {
    ...(files.length > 0 && { files }),
    ...(sources.length > 0 && { sources }),
    ...(spoken.length > 0 && { audio: audioOf(spoken) }),
  };
}

function audioOf(pieces: readonly AudioContent[]): AudioContent {
  const id = pieces.find((piece) => piece.id !== undefined)?.id;
  const expiresAt = pieces.findLast((piece) => piece.expiresAt !== undefined)?.expiresAt;
  return {
    ...(id !== undefined && { id }),
    data: joinBase64(pieces.map(({ data }) => data ?? '')),
    transcript: pieces.map(({ transcript }) => transcript ?? '').join(''),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function lastOf<T>(values: readonly (T | null | undefined)[]): T | null {
  return values.findLast((value) => value !== undefined && value !== null) ?? null;
}
