import type { Observable } from 'rxjs';
import type { CallerDialect } from '../core/dialect/caller-dialect.js';
import type { Caller } from '../core/chat-request.js';
import type { PartialText } from '../core/dialect/continuation.js';
import type { FrameNumbers, StreamFormat } from '../core/dialect/stream-format.js';
import type { BackPressure } from '../core/flow-control/back-pressure.js';
import type { Outcome } from '../core/outcome.js';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import type { FinishReason } from '../core/stream-part.js';
import type { Usage } from '../core/usage.js';

/** How a stream is opened. */
export interface OpenOptions {
  /** An AbortSignal: aborting it ends the stream as `client-gone` and closes the upstream. */
  readonly signal?: AbortSignalLike | undefined;
  /** @default { name: 'anonymous' } */
  readonly caller?: Caller | undefined;
  /**
   * Called once, when the stream or whole answer is over, with the upstream's own word for its end if there was one. A request
   * that is refused before it is a stream has no end.
   */
  readonly onEnded?: ((outcome: Outcome, finishReason: FinishReason | undefined) => void) | undefined;
}

/** How a whole answer is requested. */
export interface CompleteOptions extends OpenOptions {
  /** What the answer is written in, where its upstream speaks something else. @default the upstream's own bytes */
  readonly dialect?: CallerDialect | undefined;
}

/** The same, with a format of one's own. */
export interface StreamOptions<F> extends OpenOptions {
  readonly format: StreamFormat<F>;
  /** How long the head may wait for the first content, in milliseconds. @default the settings' */
  readonly headWaitMs?: number;
  /** The last frames are printed for a caller that has left too: others may read them. @default false */
  readonly deliverEndAfterDisconnect?: boolean;
  /** Where the stream is the rest of one that another process has begun: only targets that `continue` are used. */
  readonly continuation?: StreamContinuation | undefined;
}

/** What is known of a stream that another process has begun. */
export interface StreamContinuation {
  readonly id: string;
  readonly partial: PartialText;
  /** Those of the frames to come. */
  readonly numbers: FrameNumbers;
}

/** A stream whose upstream has answered. */
export interface RelayStream<F> {
  /** Names the stream in headers, log lines and cursors. 32 hexadecimal digits. */
  readonly id: string;
  /** The route's name. */
  readonly route: string;
  /** `upstream/model` that serves, or is being tried; undefined before the first attempt. */
  readonly target: string | undefined;
  /** How many targets and keys were tried so far. */
  readonly attempts: number;
  /** Headers of the upstream that callers may see (request id, rate limits), lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What the caller is sent: one subscriber. It starts the reading, and unsubscribing stops the upstream. It may be read with
   * `for await` in place of that: an iteration pauses the upstream by itself, and leaving it stops the upstream.
   */
  readonly output: Observable<F> & AsyncIterable<F>;
  /** What the upstream has reported so far; undefined as long as it has not. It is known when the output is over. */
  readonly usage: () => Usage | undefined;
  /** Pauses the upstream, for readers that can say when they are full. */
  readonly flow: BackPressure;
}

/** A whole answer (`stream: false`): as the upstream sent it, or in the dialect of its caller. */
export interface RelayCompletion {
  readonly id: string;
  /** The route's name. */
  readonly route: string;
  /** `upstream/model` that answered. */
  readonly target: string | undefined;
  readonly attempts: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Buffer;
}
