import type { ChatRequest } from '../chat-request.js';
import type { EventBatch } from './event-batch.js';
import type { FrameBytes } from '../frame-bytes.js';
import type { Transcoder } from './transcoder.js';
import type { Usage } from '../usage.js';

/** What one attempt has said, for another to go on with it. */
export interface PartialText {
  readonly text: string;
  /** About how many tokens that is. */
  readonly tokens: number;
  /** It is text alone: no tool call, no reasoning, no refusal, no finish reason, and not too long to be kept. */
  readonly isPlainText: boolean;
  /** The fields that every chunk of the answer carries outward, whoever says it. */
  readonly head: Readonly<Record<string, unknown>>;
}

/** Listens to what an attempt says. */
export interface TextRecorder {
  record(block: EventBatch): void;
  readonly partial: PartialText;
}

/**
 * How a dialect goes on with an answer that broke off: the new target is given what was said as the beginning of its own
 * answer.
 */
export interface Continuation {
  /** True if the request asks for one answer of text alone, so that another model may go on with it. */
  mayContinue(request: ChatRequest): boolean;
  listen(): TextRecorder;
  /** The request for the rest; undefined if nothing may be said any more. */
  requestFor(request: ChatRequest, said: PartialText): ChatRequest | undefined;
  /** Passes the rest on to a caller of the same dialect, as if the first target said it. Undefined: it is translated. */
  passThrough?(request: ChatRequest, beginning: ContinuedAnswer): Transcoder<FrameBytes>;
}

/** What is known of the beginning of an answer when another target goes on with it. */
export interface ContinuedAnswer {
  readonly partial: PartialText;
  /** What it cost, about. */
  readonly usage: Usage;
  /** Who goes on, `upstream/model`. */
  readonly target: string;
}
