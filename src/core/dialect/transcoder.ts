import type { EventBatch, UpstreamEvent } from './event-batch.js';
import type { SluiceError } from '../sluice-error.js';
import type { FinishReason, StreamPart, TextDelta } from '../stream-part.js';
import type { Usage } from '../usage.js';

/** What one block turned into, and what was seen in it. */
export interface TranscodeResult<F> {
  /** What the caller is sent, in order. */
  readonly output: readonly F[];
  /** How many events the block held. */
  readonly events: number;
  /** The block held text, reasoning or a tool call. */
  readonly content: boolean;
  /** The upstream said that this was all (`[DONE]`). */
  readonly done: boolean;
  /** The choices that got a finish reason in this block, which may be ones that had one. */
  readonly finished: readonly number[];
  readonly finishReason?: FinishReason | undefined;
  readonly usage?: Usage | undefined;
  readonly model?: string | undefined;
  /** The upstream reported an error inside its 200. What stood before it is in `output`. */
  readonly error?: SluiceError | undefined;
}

/** What is known when a stream ends well. */
export interface FinishInfo {
  readonly finishReason: FinishReason | undefined;
  readonly usage: Usage | undefined;
  readonly model: string | undefined;
  /** The upstream closed after its finish reason without saying that this was all. */
  readonly unterminated: boolean;
}

/** What a stream's caller is sent beside what comes from the upstream. */
export interface StreamEnvelope<F> {
  /** What is sent first when the head must go out before any content. */
  opening(): readonly F[];
  /** The last frames of a stream that ended well. */
  finish(ending: FinishInfo): readonly F[];
  /** The frames of a failure; `undefined` if the format can only break the connection. */
  fail(error: SluiceError): readonly F[] | undefined;
}

/** Turns one stream's upstream events into what its caller is sent. Holds the state of that stream. */
export interface Transcoder<F> extends StreamEnvelope<F> {
  push(block: EventBatch): TranscodeResult<F>;
}

/** One upstream event, read. */
export interface DecodedEvent {
  readonly parts: readonly StreamPart[];
  /** The event says that the stream is complete. */
  readonly done: boolean;
  readonly model?: string | undefined;
  /** The event holds content that no part stands for. */
  readonly content?: boolean;
  /** The event reports what the answer cost, whether that can be read or not, and says nothing of the answer itself. */
  readonly usageOnly?: boolean;
  /** The event has no content, as a comment: it is not passed on. */
  readonly ignored?: boolean;
}

/** Events of which it is known without parsing that each says one text and nothing else. */
export interface FastPathEvents {
  readonly parts: readonly TextDelta[];
  /** The offset after the last of them. */
  readonly end: number;
}

/** Reads the events of one upstream stream. Holds the state of that stream. */
export interface EventDecoder {
  /** Reads one event. Throws a SluiceError on what it cannot read. */
  decode(event: UpstreamEvent): DecodedEvent;
  /**
   * The events of a block from an offset on, as far as they are known; undefined if the first one is not. Asked only of
   * blocks without CR: whoever has a block looks for one once, and not for each of its events.
   */
  decodeFast(block: Buffer, from: number): FastPathEvents | undefined;
}

/** Prints parts in a caller's format. Holds the state of one stream. */
export interface PartEncoder<F> extends StreamEnvelope<F> {
  encode(parts: readonly StreamPart[]): readonly F[];
}
