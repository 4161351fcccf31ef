import type { Observable } from 'rxjs';
import type { Frame } from '../core/frame.js';
import type { Flow } from '../core/flow.js';

/** In which dialect a stream's frames are. */
export type LoggedDialect = 'native' | 'openai-chat';

/** What is kept of a stream beside its frames. */
export interface StreamCard {
  readonly id: string;
  /** The tenant of the caller that started it, or the caller's name. Nobody else may see it. */
  readonly owner: string;
  readonly dialect: LoggedDialect;
  /** The route's name. */
  readonly route: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A stream in a log. */
export interface LoggedStream extends StreamCard {
  readonly state: 'running' | 'over';
  /** The number of the first frame that is kept; as many as there are frames where none is. */
  readonly firstKept: number;
  /** How many frames there are so far. */
  readonly frames: number;
  /** Its producer died, and its last frame, which says so, is of another one: a reader may have had more than is kept. */
  readonly brokenOff: boolean;
}

/** The producer of a stream, as its log sees it. */
export interface StreamOwner {
  /** Somebody asks for the end of the stream, on whichever replica. */
  stop(): void;
  /** There is no room for more before somebody has read, or there is again. */
  brake(on: boolean): void;
}

/** The pen of a producer. */
export interface StreamWriter {
  /** Adds one or more whole frames that belong together. */
  append(bytes: Frame): void;
  /** There will be no more. May be called more than once. */
  end(): void;
}

/**
 * The frames of streams as they were sent to their callers, numbered from 0 and readable from any position, by any number
 * of readers, each at its own pace. A reader slows neither another one nor the stream.
 * @publicApi
 */
export abstract class StreamLog {
  abstract begin(card: StreamCard, owner: StreamOwner): StreamWriter;
  /** Undefined for one that is unknown, or that is forgotten. */
  abstract find(id: string): Promise<LoggedStream | undefined>;
  /**
   * The frames from number `from` on, those to come included; completes after the last one. The flow brakes this reader
   * alone. Errors with `stream-gone` where a frame is not kept any more. Of a stream that broke off, a reader that had more
   * than is kept gets the last frame.
   */
  abstract read(id: string, from: number, flow: Flow): Observable<Frame>;
  /** The streams of an owner, newest first. */
  abstract list(owner: string): Promise<LoggedStream[]>;
  /** Asks for the end of a stream that runs. Resolves when that has been passed on. */
  abstract stop(id: string): Promise<void>;
  /** True while somebody reads a stream of this process on another replica. */
  abstract isReadElsewhere(id: string): Promise<boolean>;
  /** Gives back what the log itself holds. */
  abstract close(): Promise<void>;
}
