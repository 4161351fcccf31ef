import type { Observable } from 'rxjs';
import type { FrameBytes } from '../core/frame-bytes.js';
import type { BackPressure } from '../core/flow-control/back-pressure.js';
import type { Usage } from '../core/usage.js';
import type { ListPlace } from './list-place.js';
import type { StreamAlias } from './stream-alias.js';

/** What is kept of a stream beside its frames. */
export interface StreamMetadata {
  readonly id: string;
  /** The tenant of the caller that started it, or the caller's name. Nobody else may see it. */
  readonly owner: string;
  /** The wire format of its frames. The log does not interpret it. */
  readonly dialect: string;
  /** The route's name. */
  readonly route: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A stream in a log. */
export interface StreamStatus extends StreamMetadata {
  readonly state: 'running' | 'over';
  /** The number of the first frame that is kept; as many as there are frames where none is. */
  readonly firstRetained: number;
  /** How many frames there are so far. */
  readonly frames: number;
  /** Its producer died, and its last frame, which says so, is of another one: a reader may have had more than is kept. */
  readonly truncated: boolean;
  /**
   * The number of the first frame that another producer wrote after the first one had died. A reader with later frames of the
   * first one has had some that are not kept. Undefined for a stream that has one producer.
   */
  readonly takenOverAt?: number | undefined;
  /** As its upstream has reported it, whether its frames say so or not. Undefined while it runs, and where it is unknown. */
  readonly usage?: Usage | undefined;
}

/** The requested part of a list. */
export interface ListRange {
  /** At most so many streams. */
  readonly limit: number;
  /** Those behind this place. Undefined: from the newest on. */
  readonly after?: ListPlace | undefined;
}

/** A part of the list of an owner's streams. */
export interface StreamPage {
  readonly streams: readonly StreamStatus[];
  /** The place after which the list continues; undefined at its end. */
  readonly next: ListPlace | undefined;
}

/** The producer of a stream, as its log sees it. */
export interface ProducerControl {
  /** A stop of the stream was requested, on whichever replica. */
  stop(): void;
  /** True: there is no room for more frames. False: there is again. */
  setPaused(on: boolean): void;
}

/** The pen of a producer. */
export interface StreamWriter {
  /** Adds one or more whole frames that belong together; `isLast` where the end follows in the same turn. */
  append(bytes: FrameBytes, isLast?: boolean): void;
  /** There will be no more. May be called more than once. `usage` is what the upstream has reported. */
  end(usage?: Usage): void;
}

/** A stream whose producer died before it had ended it. */
export interface OrphanedStream {
  readonly metadata: StreamMetadata;
  /** The takeover request of its producer. */
  readonly takeoverRequest: string;
  /** All of its frames that are kept, … */
  readonly bytes: Buffer;
  /** … and how many they are. */
  readonly frames: number;
  /** Counts the producers of the stream: that of the next one. */
  readonly epoch: number;
  /** Asks to be the next producer; undefined where another one is. Rejects where the log cannot be reached. */
  readonly claim: () => Promise<TakeoverClaim | undefined>;
}

/** The right to end a stream in its producer's place. It is used once, in one way or the other. */
export interface TakeoverClaim {
  /** Goes on with the stream; what is written stands after what was kept. */
  continueWith(owner: ProducerControl): StreamWriter;
  /** Gives the claim up: the stream ends with an error. */
  release(): void;
}

/** Continues orphans. Resolves with false if this one may not be continued: the log then ends it with an error. */
export type TakeoverHandler = (orphan: OrphanedStream) => Promise<boolean>;

/** Writes and reads the frames of streams. */
export interface StreamFrames {
  /**
   * `takeoverRequest` is what another replica needs to continue the stream if its producer dies; without it the stream then ends
   * with an error. It is stored as long as the stream runs.
   */
  begin(metadata: StreamMetadata, producer: ProducerControl, takeoverRequest?: string): StreamWriter;
  /** Undefined for a stream that is unknown, or forgotten. */
  find(id: string): Promise<StreamStatus | undefined>;
  /**
   * The frames from number `from` on, those to come included; completes after the last one. `flow` pauses this reader
   * alone. Errors with `stream-gone` where a frame is no longer retained. A reader that had more frames of a truncated stream than
   * are retained gets the last frame; of a stream that was taken over, `stream-gone`. `epoch` is that of the last frame that the
   * reader has. @default 1. With `countsAsReader` false the stream does not run on for this reader. @default true
   */
  read(
    id: string,
    from: number,
    flow: BackPressure,
    epoch?: number,
    countsAsReader?: boolean,
  ): Observable<FrameBytes>;
}

/** Reaches the producers and readers of streams, wherever they are. */
export interface StreamControl {
  /** Requests the end of a running stream. Resolves when the request has been passed on. */
  stop(id: string): Promise<void>;
  /**
   * True while another replica reads a stream of this process, and up to five seconds later. Rejects where the
   * log cannot know.
   */
  isReadElsewhere(id: string): Promise<boolean>;
}

/** Finds streams by their owner. */
export interface StreamListing {
  /**
   * A page of an owner's streams, the newest first. Over the pages no stream comes twice, and none is left out that was there
   * all the time, whatever begins and ends meanwhile. A page that is not the last one may have less than its limit.
   */
  list(owner: string, range: ListRange): Promise<StreamPage>;
}

/** Finds streams by aliases, on every replica. */
export interface StreamAliasRegistry {
  /** Lets other replicas find a stream of this process by an alias, as long as it is retained. Called again at its end. */
  setAlias(alias: string, stream: StreamAlias): void;
  /** The stream of this alias, wherever it was produced. Undefined in a log of one process, which knows its own. */
  findByAlias(alias: string): Promise<StreamAlias | undefined>;
}

/** Offers streams whose producer died. */
export interface StreamTakeovers {
  /** Sets the handler that may continue orphaned streams. */
  onOrphan(handler: TakeoverHandler): void;
}

/**
 * The frames of streams as they were sent to their callers, numbered from 0 and readable from any position, by any number
 * of readers, each at its own pace. A reader slows neither another one nor the stream. A log of one process needs no more than
 * its abstract members: nobody else reads its streams, knows their aliases or continues them.
 * @publicApi
 */
export abstract class StreamLog
  implements StreamFrames, StreamControl, StreamListing, StreamAliasRegistry, StreamTakeovers
{
  abstract begin(metadata: StreamMetadata, producer: ProducerControl, takeoverRequest?: string): StreamWriter;
  abstract find(id: string): Promise<StreamStatus | undefined>;
  abstract read(
    id: string,
    from: number,
    flow: BackPressure,
    epoch?: number,
    countsAsReader?: boolean,
  ): Observable<FrameBytes>;
  abstract list(owner: string, range: ListRange): Promise<StreamPage>;
  abstract stop(id: string): Promise<void>;
  /** Releases what the log itself holds. */
  abstract close(): Promise<void>;

  isReadElsewhere(_id: string): Promise<boolean> {
    return Promise.resolve(false);
  }

  onOrphan(_handler: TakeoverHandler): void {}

  setAlias(_alias: string, _stream: StreamAlias): void {}

  findByAlias(_alias: string): Promise<StreamAlias | undefined> {
    return Promise.resolve(undefined);
  }
}
