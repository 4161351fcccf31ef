import type { AudioContent, FileContent, FinishReason } from '../core/stream-part.js';
import type { Usage } from '../core/usage.js';
import { joinBase64 } from './json/join-base64.js';

/** A tool call, put together from its pieces. */
export interface AggregatedToolCall {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text. */
  readonly arguments: string;
}

/** What a stream came to. */
export interface AggregatedAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly AggregatedToolCall[];
  /** Absent unless the model made some. */
  readonly files?: readonly FileContent[];
  /** The spoken answer, its bytes and its words put together. Absent unless there is one. */
  readonly audio?: AudioContent;
  /** Null as long as it is not known. */
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly model: string | null;
  /** Null unless the stream failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What an event adds to an answer. */
export interface AnswerDelta {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
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

function madeOf(pieces: readonly AnswerDelta[]): Pick<AggregatedAnswer, 'files' | 'audio'> {
  const files = pieces.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const spoken = pieces.flatMap(({ audio }) => (audio === undefined ? [] : [audio]));
  return {
    ...(files.length > 0 && { files }),
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
