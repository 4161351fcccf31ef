import type { ProviderOptions } from './prompt.js';
import type { FinishReason } from './finish-reason.js';
import type { SluiceError } from './sluice-error.js';
import type { Usage } from './usage.js';

export type { FinishReason } from './finish-reason.js';

/**
 * One piece of an answer, in no dialect's words. `choice` is the index among `n` answers, from 0. The words are those of the AI
 * SDK's provider specification (`LanguageModelV3StreamPart`), where it has one.
 */
export type StreamPart =
  | TextDelta
  | ReasoningDelta
  | RefusalDelta
  | BlockBoundary
  | ToolCallDelta
  | ToolCallEnd
  | FilePart
  | AudioDelta
  | SourcePart
  | { readonly type: 'usage'; readonly usage: Usage }
  | FinishPart
  | { readonly type: 'error'; readonly error: SluiceError };

/**
 * Where a block of text or reasoning begins or ends. A provider that has no blocks has no such parts: an encoder whose dialect has
 * blocks then begins one at the first delta of another kind.
 */
export interface BlockBoundary {
  readonly type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end';
  readonly choice: number;
  /** What belongs to the block beside its text, as the signature of a thought, by the dialect's name. */
  readonly providerMetadata?: ProviderOptions;
}

/** A piece of what the model thought. */
export interface ReasoningDelta {
  readonly type: 'reasoning-delta';
  readonly choice: number;
  readonly text: string;
}

/** A piece of the words with which the model refuses to answer. */
export interface RefusalDelta {
  readonly type: 'refusal-delta';
  readonly choice: number;
  readonly text: string;
}

/** The arguments of a tool call are complete. */
export interface ToolCallEnd {
  readonly type: 'tool-call-end';
  readonly choice: number;
  readonly index: number;
}

/** Where something in the answer comes from. */
export interface SourceContent {
  readonly url: string;
  readonly title?: string;
}

export interface SourcePart extends SourceContent {
  readonly type: 'source';
  readonly choice: number;
}

/** The model stopped. */
export interface FinishPart {
  readonly type: 'finish';
  readonly choice: number;
  /** A word of OpenAI's, or any that `canonicalFinishReason` knows; a word that it does not know is kept as it is. */
  readonly reason: FinishReason;
  /** The provider's own word, where `reason` is another one. */
  readonly providerReason?: string;
}

/** A piece of the answer's text. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly choice: number;
  readonly text: string;
}

/**
 * A piece of a tool call. `index` identifies a call within one answer, whatever its upstream does. `id` comes once; `name` and
 * `arguments` (JSON text) may come in pieces, which are joined.
 */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta';
  readonly choice: number;
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments?: string;
}

/** What is known of a file: its bytes, or where they are. */
export interface FileContent {
  /** An IANA media type; with `*` where the upstream does not say it exactly. */
  readonly mediaType: string;
  /** The bytes in base64. */
  readonly data?: string;
  /** The address, in place of the bytes. */
  readonly url?: string;
}

/** An image or another file that the model made, whole. The word and the media type are those of the AI SDK's part. */
export interface FilePart extends FileContent {
  readonly type: 'file';
  readonly choice: number;
}

/** A piece of a spoken answer. The caller has requested its encoding. */
export interface AudioContent {
  /** By which a later request may name the audio. */
  readonly id?: string;
  /** Bytes of the audio in base64, each piece for itself. */
  readonly data?: string;
  /** Text that is spoken. */
  readonly transcript?: string;
  /** When `id` is forgotten, in seconds since 1970. */
  readonly expiresAt?: number;
}

export interface AudioDelta extends AudioContent {
  readonly type: 'audio-delta';
  readonly choice: number;
}

/** True for the parts that a person waits for: the first one commits the stream and stops the TTFT clock. */
export function isContent(part: StreamPart): boolean {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
    case 'tool-call-delta':
    case 'file':
      return true;
    case 'audio-delta':
      return part.data !== undefined || part.transcript !== undefined;
    default:
      return false;
  }
}
