import type { ChatRequest } from '../chat-request.js';
import type { ContinuedAnswer } from './continuation.js';
import type { Transcoder } from './transcoder.js';
import type { UpstreamDialect } from './upstream-dialect.js';

/** How one caller wants its stream: given the upstream's dialect, the transcoder for one stream. */
export type StreamFormat<F> = (upstream: UpstreamDialect, context: FormatContext) => Transcoder<F>;

/** What a format may need to know of the stream that it encodes. */
export interface FormatContext {
  readonly streamId: string;
  /** Numbers the frames of the stream, whichever attempt they come from. */
  readonly numbers: FrameNumbers;
  readonly request: ChatRequest;
  /** Given where the frames are the continuation of an answer. */
  readonly continued?: ContinuedAnswer | undefined;
}

/** The number of a stream's next frame, from 0. */
export interface FrameNumbers {
  next: number;
  /** Counts the processes that have produced the stream, from 1. @default 1 */
  readonly epoch?: number;
}
