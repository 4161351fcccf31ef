import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import type { Usage } from '../core/usage.js';
import { SluiceError } from '../core/sluice-error.js';
import { LightAbortController, type AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import {
  StreamLog,
  type TakeoverHandler,
  type ListRange,
  type StreamStatus,
  type StreamMetadata,
  type StreamPage,
  type TakeoverClaim,
} from '../stream-log/stream-log.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import { Routes } from '../routing/routes.js';
import { StreamProducer, type StreamReader } from './stream-producer.js';
import type { RelayStream } from '../relay/relay-stream.js';
import { RelayService } from '../relay/relay.service.js';
import { openForRecording, type RecordedOpenOptions } from './open-for-recording.js';
import { mayRead, newStreamOwner } from './stream-owner.js';
import { checkRetained, type Position } from './reader-position.js';
import { takeUntilAborted } from './take-until-aborted.js';
import { serializeTakeoverRequest } from './takeover/takeover-request.js';

/** How a stream is recorded. */
export interface ResumableOptions extends RecordedOpenOptions {
  /** The dialect's name, which the log keeps. */
  readonly dialect: string;
  /** The grace, in seconds, if neither the caller nor the route sets one. */
  readonly graceSeconds: number;
  /** The grace that the caller requested, in seconds. */
  readonly askedGrace?: number | undefined;
  /** Identical requests are given the stream too. @default false */
  readonly shared?: boolean;
}

/** How frames become a resumable stream. */
export interface RecordingPlan {
  readonly metadata: StreamMetadata;
  /** How long it runs on without a reader, in seconds. */
  readonly graceSeconds: number;
  /** It needs no reader, as long as it never had one, here or elsewhere. */
  readonly detached: boolean;
  /** What another replica needs to continue it. @default nobody continues it */
  readonly takeoverRequest?: string | undefined;
  /** The stream is one whose producer died. @default it is a new one */
  readonly takeover?: TakeoverClaim | undefined;
  /** Called where the stream is to end before its source does. */
  readonly stop: (reason: SluiceError) => void;
}

/** The source of a resumable stream. */
export interface FrameSource {
  /** Whole frames. It has one subscriber. */
  readonly output: Observable<FrameBytes>;
  /** Pauses the source. */
  readonly flow: BackPressure;
  /** The reported usage, once the source has ended. @default none */
  readonly usage?: () => Usage | undefined;
}

/** A retained stream, for the caller that started it. */
export interface ResumableStream extends Omit<RelayStream<FrameBytes>, 'output' | 'usage' | 'flow'> {
  /** The frames from number `from` on, for a reader that goes when the signal is aborted. */
  read(from: number, signal?: AbortSignalLike): StreamReader;
}

/**
 * Streams that outlive their readers' connections.
 * @publicApi
 */
@Injectable()
export class ResumableStreams implements OnApplicationShutdown {
  /** Those that are produced here. */
  readonly #producers = new Map<string, StreamProducer>();

  /** A host holds this service: the relay and the routes lead to keys, and are not to be seen from outside. */
  readonly #relay: RelayService;
  readonly #log: StreamLog;
  readonly #routes: Routes;

  constructor(
    @Inject(RelayService) relay: RelayService,
    @Inject(StreamLog) log: StreamLog,
    @Inject(Routes) routes: Routes,
  ) {
    this.#relay = relay;
    this.#log = log;
    this.#routes = routes;
  }

  /** Opens a stream as the relay does, and records it. */
  async open(request: ChatRequest, options: ResumableOptions): Promise<ResumableStream> {
    const { dialect, caller, detached = false } = options;
    const control = new LightAbortController();
    const stream = await openForRecording(this.#relay, request, options, control);
    const { id, route, target, attempts, headers } = stream;
    const metadata = { id, owner: newStreamOwner(options), dialect, route, startedAt: Date.now() };
    const graceSeconds = this.graceOf(request, options);
    const takeoverRequest = this.#takeoverRequestOf(request, caller, graceSeconds, detached);
    const stop = (reason: SluiceError) => control.abort(reason);
    this.record(stream, {
      metadata,
      graceSeconds,
      detached,
      takeoverRequest,
      takeover: undefined,
      stop,
    });
    // Nothing of the stream itself: whoever remembers this for a while must not hold on to it.
    return { id, route, target, attempts, headers, read: (from, reader) => this.read(id, from, reader) };
  }

  /** Records a stream that was opened. */
  record({ output, flow, usage }: FrameSource, plan: RecordingPlan): void {
    const { metadata, graceSeconds, detached, takeoverRequest, takeover, stop } = plan;
    const producer = new StreamProducer({
      log: this.#log,
      metadata,
      output,
      flow,
      usage,
      graceMs: graceSeconds * 1000,
      detached,
      takeoverRequest,
      takeover,
      stop,
      onEnd: () => this.#producers.delete(metadata.id),
    });
    if (!producer.over) this.#producers.set(metadata.id, producer);
  }

  /** Registers the handler that continues streams whose producer died. */
  onOrphan(successor: TakeoverHandler): void {
    this.#log.onOrphan(successor);
  }

  /** How long a stream for this request runs without a reader, in seconds; 0: it ends with its caller's connection. */
  graceOf(
    { model }: ChatRequest,
    { askedGrace, graceSeconds }: Pick<ResumableOptions, 'askedGrace' | 'graceSeconds'>,
  ): number {
    return askedGrace ?? this.#routes.graceOf(model) ?? graceSeconds;
  }

  /** Whether identical requests share one answer, where they do not say it themselves. */
  sharePolicyOf({ model }: ChatRequest): boolean {
    return this.#routes.sharesOf(model);
  }

  /**
   * Counts the caller of a stream that runs here as its reader until its signal is aborted, and lets the stream go on without
   * a reader for as long as this caller needs.
   */
  hold(id: string, request: ChatRequest, options: ResumableOptions): void {
    const { signal } = options;
    if (signal) this.#producers.get(id)?.hold(signal, this.graceOf(request, options) * 1000);
  }

  /**
   * A stream of this owner, for one at this position. Rejects with `not-found` for an unknown stream and for another's,
   * with `stream-gone` where a frame that is needed, or one that the reader had, is not kept.
   */
  async find(id: string, owner: string, position?: Position): Promise<StreamStatus> {
    const stream = await this.#log.find(id);
    if (stream === undefined || !mayRead(owner, stream)) {
      throw new SluiceError('not-found', 'There is no such stream');
    }
    if (position !== undefined) checkRetained(stream, position);
    return stream;
  }

  /** True while all frames of a stream that was started here can be read. */
  async isRetained(id: string): Promise<boolean> {
    const stream = await this.#log.find(id);
    return stream?.firstRetained === 0;
  }

  /** True once no frame of a stream that was started here can be read any more. */
  async isEvicted(id: string): Promise<boolean> {
    const stream = await this.#log.find(id);
    return (
      stream === undefined || (stream.state === 'over' && stream.firstRetained >= Math.max(1, stream.frames))
    );
  }

  /** The frames of a stream from number `from` on, for a reader that goes when the signal is aborted. */
  read(id: string, from: number, signal?: AbortSignalLike, epoch?: number): StreamReader {
    return this.#producers.get(id)?.read(from, signal, epoch) ?? this.#readLog(id, from, signal, epoch);
  }

  /** The same without counting as a reader: the stream does not wait for it. */
  peek(id: string, from: number, signal?: AbortSignalLike): StreamReader {
    return this.#readLog(id, from, signal, undefined, false);
  }

  /** A page of an owner's streams, the newest first. */
  list(owner: string, range: ListRange): Promise<StreamPage> {
    return this.#log.list(owner, range);
  }

  /** Stops a stream of this owner, wherever it is produced. Rejects as `find` does. */
  async stop(id: string, owner: string): Promise<void> {
    const stream = await this.find(id, owner);
    if (stream.owner !== owner) {
      throw new SluiceError('forbidden', 'Visitors share this stream: none of them stops it for the others');
    }
    await this.#log.stop(id);
  }

  onApplicationShutdown(): Promise<void> {
    return this.#log.close();
  }

  #readLog(
    id: string,
    from: number,
    signal?: AbortSignalLike,
    epoch?: number,
    countsAsReader?: boolean,
  ): StreamReader {
    const flow = new BackPressure();
    return { output: takeUntilAborted(this.#log.read(id, from, flow, epoch, countsAsReader), signal), flow };
  }

  /** A stream that ends with its caller's connection is not taken over. */
  #takeoverRequestOf(
    request: ChatRequest,
    caller: Caller,
    graceSeconds: number,
    detached: boolean,
  ): string | undefined {
    if (graceSeconds === 0 || !this.#routes.letsContinue(request.model)) return undefined;
    const { targets } = this.#routes.find(request.model);
    const mayContinue = targets.some(
      ({ continues, dialect }) => continues && dialect.continuation?.mayContinue(request) === true,
    );
    return mayContinue ? serializeTakeoverRequest({ request, caller, graceSeconds, detached }) : undefined;
  }
}
