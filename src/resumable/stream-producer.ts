import { Observable, type Observer } from 'rxjs';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import { SluiceError } from '../core/sluice-error.js';
import type { AbortSignalLike } from '../core/flow-control/abort-signal-like.js';
import type { Usage } from '../core/usage.js';
import { ReaderGracePeriod, type ReaderGraceOwner } from './reader-grace.js';
import { takeUntilAborted } from './take-until-aborted.js';
import type {
  StreamMetadata,
  StreamControl,
  StreamFrames,
  ProducerControl,
  StreamWriter,
  TakeoverClaim,
} from '../stream-log/stream-log.js';

/** How long the caller that started a stream may take to subscribe, in milliseconds. */
const FIRST_READER_TIMEOUT_MS = 5_000;

/** What a recording is made of. */
export interface StreamProducerOptions {
  readonly log: StreamFrames & StreamControl;
  readonly metadata: StreamMetadata;
  /** The takeover request, for a replica that continues the stream. */
  readonly takeoverRequest?: string | undefined;
  /** Where the stream is one of a producer that died; else it is a new one. */
  readonly takeover?: TakeoverClaim | undefined;
  /** What is recorded: one subscriber. */
  readonly output: Observable<FrameBytes>;
  /** Pauses the upstream. */
  readonly flow: BackPressure;
  /** What the upstream has reported. @default nothing */
  readonly usage?: (() => Usage | undefined) | undefined;
  /** How long the stream runs without a reader, in milliseconds. */
  readonly graceMs: number;
  /** It needs no reader, as long as it never had one, here or elsewhere. */
  readonly detached: boolean;
  /** Ends the stream. */
  readonly stop: (reason: SluiceError) => void;
  readonly onEnd: () => void;
}

/** Frames for one reader, and the flow that pauses it. */
export interface StreamReader {
  readonly output: Observable<FrameBytes>;
  readonly flow: BackPressure;
}

/**
 * Produces one stream into the log for any number of readers. It stops after its grace without a reader, or when a stop
 * is requested.
 */
export class StreamProducer implements ReaderGraceOwner, ProducerControl, Observer<FrameBytes> {
  #readers = 0;
  #ended = false;
  #graceMs: number;

  readonly #log: StreamFrames & StreamControl;
  readonly #id: string;
  readonly #grace = new ReaderGracePeriod(this);
  /** Undefined once it is over: what remembers a recording must not lead to its stream (docs/decisions/0014). */
  #producer: Pick<StreamProducerOptions, 'flow' | 'usage' | 'stop' | 'onEnd'> | undefined;
  #writer: StreamWriter | undefined;

  constructor(options: StreamProducerOptions) {
    const { log, metadata, output, flow, usage, graceMs, detached, takeoverRequest, takeover, stop, onEnd } =
      options;
    this.#graceMs = graceMs;
    this.#log = log;
    this.#id = metadata.id;
    this.#producer = { flow, usage, stop, onEnd };
    this.#writer = takeover?.continueWith(this) ?? log.begin(metadata, this, takeoverRequest);
    if (detached) this.#grace.startDetached();
    else this.#grace.start(FIRST_READER_TIMEOUT_MS);
    output.subscribe(this);
  }

  /** Of its output. */
  next(frame: FrameBytes): void {
    this.#writer?.append(frame, this.#producer?.flow.ended);
  }

  /** Of its output. */
  error(): void {
    this.complete();
  }

  /** Of its output. */
  complete(): void {
    const [writer, producer] = [this.#writer, this.#producer];
    this.#ended = true;
    this.#writer = undefined;
    this.#producer = undefined;
    this.#grace.cancel();
    writer?.end(producer?.usage?.());
    producer?.onEnd();
  }

  /** Called by the log when a stop is requested. */
  stop(): void {
    this.#producer?.stop(new SluiceError('cancelled', 'The stream was stopped'));
  }

  /** Of the log. */
  setPaused(on: boolean): void {
    if (on) this.#producer?.flow.pause();
    else this.#producer?.flow.resume();
  }

  get graceMs(): number {
    return this.#graceMs;
  }

  isReadElsewhere(): Promise<boolean> {
    return this.#log.isReadElsewhere(this.#id);
  }

  onGraceExpired(): void {
    this.#producer?.stop(new SluiceError('client-gone', 'Nobody came back in time'));
  }

  /** There will be no more frames. */
  get over(): boolean {
    return this.#ended;
  }

  /** The frames from number `from` on, for a reader that goes when the signal is aborted. */
  read(from: number, signal?: AbortSignalLike, epoch?: number): StreamReader {
    const flow = new BackPressure();
    const counted = new Observable<FrameBytes>((subscriber) => {
      this.#joined();
      subscriber.add(() => this.#left());
      subscriber.add(this.#log.read(this.#id, from, flow, epoch).subscribe(subscriber));
    });
    return { output: takeUntilAborted(counted, signal), flow };
  }

  /** Counts a reader from now on until its signal is aborted; from then on the stream runs for at least so long. */
  hold(signal: AbortSignalLike, graceMs: number): void {
    this.#graceMs = Math.max(this.#graceMs, graceMs);
    this.#joined();
    if (signal.aborted) this.#left();
    else signal.addEventListener('abort', () => this.#left());
  }

  #joined(): void {
    this.#readers += 1;
    this.#grace.cancel();
  }

  #left(): void {
    this.#readers -= 1;
    if (this.#readers === 0 && !this.#ended) this.#grace.start();
  }
}
