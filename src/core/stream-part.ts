import type { SluiceError } from './sluice-error.js';
import type { Usage } from './usage.js';

/** Why a model stopped, in OpenAI's words; a provider's own word is kept as it is. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | (string & {});

/** One canonical piece of an answer. `choice` is the index among `n` answers, from 0. */
export type StreamPart =
  | TextDelta
  | { readonly type: 'reasoning-delta'; readonly choice: number; readonly text: string }
  | ToolCallDelta
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly choice: number; readonly reason: FinishReason }
  | { readonly type: 'error'; readonly error: SluiceError };

/** A piece of the answer's text. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly choice: number;
  readonly text: string;
}

/**
 * A piece of a tool call. `index` tells the calls of one answer apart, whatever its upstream does. `id` comes once; `name` and
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

/** True for the parts that a person waits for: the first one commits the stream and stops the TTFT clock. */
export function isContent(part: StreamPart): boolean {
  return part.type === 'text-delta' || part.type === 'reasoning-delta' || part.type === 'tool-call-delta';
}
