import type { Prompt } from '../prompt.js';
import type { ChatRequest } from '../chat-request.js';
import type { FrameBytes } from '../frame-bytes.js';
import type { SluiceError } from '../sluice-error.js';
import type { StreamPart } from '../stream-part.js';
import type { AggregatedAnswer } from '../aggregated-answer.js';
import type { PartialText } from './continuation.js';
import type { DialectName } from './dialect-name.js';
import type { FormatContext } from './stream-format.js';
import type { PartEncoder } from './transcoder.js';

/** A wire format facing callers. Pure: no I/O, no state. */
export interface CallerDialect {
  readonly name: DialectName;
  /** Reads a request's body; `json` is the text that it was read from, if it is known. Throws `invalid-request`. */
  decodeRequest(body: unknown, json?: string): ChatRequest;
  /**
   * Reads the body of a `source` of this dialect, for upstreams that speak another one. Throws `invalid-request` for what cannot be
   * said otherwise. Undefined for a dialect whose requests have messages and no `source`.
   */
  decodePrompt?(body: Readonly<Record<string, unknown>>): Prompt;
  /** Encodes the parts of one stream. Holds the state of that stream. */
  encoder(context: FormatContext): PartEncoder<FrameBytes>;
  readonly encodeErrorBody: EncodeErrorBody;
  /** A whole answer as the body of a 200. */
  encodeCompletion(parts: readonly StreamPart[], completion: CompletionInfo): ErrorBody;
  /** Undefined for a dialect whose streams end with their connection. */
  readonly retained: RetainedDialect | undefined;
}

/** What a whole answer's body may hold beside the text. */
export interface CompletionInfo {
  /** Names the answer. 32 hexadecimal digits. */
  readonly id: string;
  /** The model that answered; undefined where the upstream did not say it. */
  readonly model: string | undefined;
}

/** How the frames of retained streams are read again. */
export interface RetainedDialect {
  /** What callers of this dialect get where neither they nor the route say it. */
  readonly defaults: GraceDefaults;
  /** The last frames of a stream that failed. `number` is that of the next frame. */
  encodeTerminalError(error: SluiceError, stream: { readonly id: string; readonly number: number }): string;
  /** The answer that some whole frames make. */
  aggregate(frames: string): AggregatedAnswer;
  /** The text of some whole frames. Frames that cannot be read are no plain text. */
  readText(frames: Buffer): PartialText;
  /** The position of a reader that sends this as its last event id. Throws `invalid-request`. */
  readPosition(lastEventId: string): ReaderPosition;
  /** The number of the frame after these; undefined where frames carry no numbers. */
  nextNumber(frames: FrameBytes): number | undefined;
}

/** How long a stream runs without a reader, in seconds. */
export interface GraceDefaults {
  readonly graceSeconds: number;
  /** The same for a caller that can reconnect with its Idempotency-Key. */
  readonly keyedGraceSeconds: number;
}

/** The last frame that a reader has. */
export interface ReaderPosition {
  readonly streamId: string;
  /** The number of that frame, from 0. */
  readonly sequence: number;
  /** Which of the stream's producers has sent it, from 1. */
  readonly epoch: number;
  /** It is the stream's last frame. */
  readonly last: boolean;
}

/** A whole body in a caller's dialect. */
export interface ErrorBody {
  readonly contentType: string;
  readonly body: string;
}

/** Encodes an error as the body of a status. */
export type EncodeErrorBody = (error: SluiceError) => ErrorBody;
