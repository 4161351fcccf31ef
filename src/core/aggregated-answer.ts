import type { AudioContent, FileContent, FinishReason } from './stream-part.js';
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
