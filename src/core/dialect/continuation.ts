import type { ChatRequest } from '../chat-request.js';
import type { EventBatch } from './event-batch.js';
import type { FrameBytes } from '../frame-bytes.js';
import type { Transcoder } from './transcoder.js';
import type { Usage } from '../usage.js';

/** The text of one attempt, which another may continue. */
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
 * How a dialect continues an answer that was cut: the new target is given the text so far as the beginning of its own
 * answer.
 */
export interface Continuation {
  /** True if the request is for one answer of text alone, so that another model may continue it. */
  mayContinue(request: ChatRequest): boolean;
  listen(): TextRecorder;
  /** The request for the rest; undefined if nothing may be said any more. */
  requestFor(request: ChatRequest, partial: PartialText): ChatRequest | undefined;
  /** Passes the rest on to a caller of the same dialect, as if the first target said it. Undefined: it is translated. */
  passThrough?(request: ChatRequest, beginning: ContinuedAnswer): Transcoder<FrameBytes>;
}

/** The first part of an answer that another target continues. */
export interface ContinuedAnswer {
  readonly partial: PartialText;
  /** What it cost, about. */
  readonly usage: Usage;
  /** The target that continues, `upstream/model`. */
  readonly target: string;
}
