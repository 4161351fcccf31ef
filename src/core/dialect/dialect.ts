import type { ChatRequest } from '../chat-request.js';
import type { ContinuedAnswer, Continuation, PartialText } from './continuation.js';
import type { DialectName } from './dialect-name.js';
import type { FrameBytes } from '../frame-bytes.js';
import type { SluiceError } from '../sluice-error.js';
import type { EventDecoder, TranscodeResult, Transcoder } from './transcoder.js';

/** What a request's body depends on beside the request. */
export interface RequestTarget {
  /** The model that the upstream is asked for. */
  readonly model: string;
  /** False: one JSON answer is asked for. */
  readonly streaming: boolean;
  /** Whether the usage of a stream may be asked for where its caller does not. */
  readonly streamUsage: boolean;
  /** For callers that leave it; undefined: none is sent. */
  readonly defaultTemperature: number | undefined;
}

/** A wire format facing an upstream. Pure: no I/O, no state. */
export interface UpstreamDialect {
  readonly name: DialectName;
  /** Below the upstream's base URL, with a leading slash. */
  readonly path: string;
  /** The body, as JSON. */
  encodeRequest(request: ChatRequest, target: RequestTarget): string;
  /** The headers that carry the key. */
  authorize(key: string): Record<string, string>;
  decoder(): EventDecoder;
  /** Reads the body of an answer with this HTTP status, which is no success. */
  decodeError(body: unknown, status: number): DecodedError;
  /** What is told of a whole (not streamed) answer. */
  decodeCompletion(body: unknown): DecodedCompletion;
  /**
   * The whole events that say what one JSON value says, where a stream was asked for: of a completion, or of an error.
   * Throws `upstream-error` where it is neither.
   */
  completionToEvents(body: unknown): string;
  /** Passes events on to a caller of the same dialect, without printing them again. */
  passThrough(request: ChatRequest): Transcoder<FrameBytes>;
  /** How another target goes on with an answer that broke off; undefined where none can. */
  readonly continuation: Continuation | undefined;
}

/** What an error body says; each field but the status is undefined where the body has an unknown shape. */
export interface DecodedError {
  /** That of the answer; 400, 413 or 422 where the body names a fault of the request. */
  readonly status: number;
  readonly message: string | undefined;
  /** The provider's own error object. */
  readonly providerError: Readonly<Record<string, unknown>> | undefined;
}

/** What the relay must know of a whole answer. */
export type DecodedCompletion = Pick<
  TranscodeResult<never>,
  'finished' | 'finishReason' | 'usage' | 'model' | 'error'
>;

/** How one caller wants its stream: given the upstream's dialect, the transcoder for one stream. */
export type StreamFormat<F> = (upstream: UpstreamDialect, context: FormatContext) => Transcoder<F>;

/** What a format may need to know of the stream that it prints. */
export interface FormatContext {
  readonly streamId: string;
  /** Numbers the frames of the stream, whichever attempt they come from. */
  readonly numbers: FrameNumbers;
  readonly request: ChatRequest;
  /** Given where what is printed is the rest of an answer. */
  readonly continued?: ContinuedAnswer | undefined;
}

/** The number of a stream's next frame, from 0. */
export interface FrameNumbers {
  next: number;
  /** Counts the processes that have produced the stream, from 1. @default 1 */
  readonly epoch?: number;
}

/** A wire format facing callers whose streams are kept. */
export interface CallerDialect {
  readonly format: StreamFormat<FrameBytes>;
  /** What some whole frames said. Frames that cannot be read are no plain text. */
  readText(frames: Buffer): PartialText;
}

/** An error before the first byte, in a caller's dialect. */
export interface ErrorBody {
  readonly contentType: string;
  readonly body: string;
}

/** Prints an error as the body of a status. */
export type EncodeErrorBody = (error: SluiceError) => ErrorBody;
