import type { ChatRequest } from '../chat-request.js';
import type { FrameBytes } from '../frame-bytes.js';
import type { StreamPart } from '../stream-part.js';
import type { Continuation } from './continuation.js';
import type { DialectName } from './dialect-name.js';
import type { EventDecoder, TranscodeResult, Transcoder } from './transcoder.js';

/** What a request's body depends on beside the request. */
export interface RequestTarget {
  /** The model that the upstream is sent. */
  readonly model: string;
  /** False: one JSON answer is requested. */
  readonly streaming: boolean;
  /** Whether the usage of a stream may be requested where its caller does not. */
  readonly streamUsage: boolean;
  /** For callers that leave it; undefined: none is sent. */
  readonly defaultTemperature: number | undefined;
}

/** How a response stream is cut into events: `sse` at blank lines (WHATWG HTML 9.2), `ndjson` at line ends. */
export type Framing = 'sse' | 'ndjson';

/**
 * A wire format facing an upstream. Pure: no I/O, no state. Requests that it is given have a `source` of this dialect, or none: then
 * they have messages.
 */
export interface UpstreamDialect {
  readonly name: DialectName;
  readonly framing: Framing;
  /** Below the upstream's base URL, with a leading slash. It may name the model, and differ for streams. */
  path(target: Pick<RequestTarget, 'model' | 'streaming'>): string;
  /** The body, as JSON. */
  encodeRequest(request: ChatRequest, target: RequestTarget): string;
  /** How many answers a request is for. @default 1 */
  choicesOf?(request: ChatRequest): number;
  /** The headers that carry the key. */
  authorize(key: string): Record<string, string>;
  decoder(): EventDecoder;
  /** Reads the body of a response with this HTTP status, which is no success. */
  decodeError(body: unknown, status: number): DecodedError;
  /** How a whole (not streamed) response ended. */
  decodeCompletion(body: unknown): DecodedCompletion;
  /** What a whole response says, for callers of another dialect. */
  completionParts(body: unknown): readonly StreamPart[];
  /**
   * The whole events that say what one JSON value says, where a stream was requested: of a completion, or of an error.
   * Throws `upstream-error` where it is neither. Only with the framing `sse`, where JSON cannot be an event.
   */
  completionToEvents?(body: unknown): string;
  /** Passes events on to a caller of the same dialect, without encoding them again. Undefined: they are translated. */
  passThrough?(request: ChatRequest): Transcoder<FrameBytes>;
  /** How another target continues an answer that was truncated; undefined where none can. */
  readonly continuation: Continuation | undefined;
}

/** What an error body says; each field but the status is undefined where the body has an unknown shape. */
export interface DecodedError {
  /** That of the response; 400, 413 or 422 where the body names a fault of the request. */
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
