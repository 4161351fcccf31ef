import type { AudioContent, FileContent, FinishReason, SourceContent } from './stream-part.js';
import type { Usage } from './usage.js';

/** A tool call, put together from its pieces. */
export interface AggregatedToolCall {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text. */
  readonly arguments: string;
}

/** What a stream came to. */
export interface AggregatedAnswer {
  /** With the words of a refusal. */
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly AggregatedToolCall[];
  /** Absent unless the model made some. */
  readonly files?: readonly FileContent[];
  /** Absent unless the answer names some. */
  readonly sources?: readonly SourceContent[];
  /** The spoken answer, its bytes and its words put together. Absent unless there is one. */
  readonly audio?: AudioContent;
  /** Null as long as it is not known. */
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly model: string | null;
  /** Null unless the stream failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}
