import { Observable } from 'rxjs';
import type { Frame } from '../core/frame.js';
import { Flow } from '../core/flow.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import { Grace } from './grace.js';
import { untilAborted } from './until-aborted.js';
import type { StreamCard, StreamLog, StreamOwner, Succession } from '../streams/stream-log.js';

/** How long the one who started a stream may take to read it, in milliseconds. */
const ATTACH_MS = 5_000;

/** What a recording is made of. */
export interface RecordingOptions {
  readonly log: StreamLog;
  readonly card: StreamCard;
  /** What is left for an heir. */
  readonly will?: string | undefined;
  /** Where the stream is one of a producer that died; else it is a new one. */
  readonly succession?: Succession | undefined;
  /** What is recorded: one subscriber. */
  readonly output: Observable<Frame>;
  /** The upstream's brake. */
  readonly flow: Flow;
  /** How long the stream goes on without a reader, in milliseconds. */
  readonly graceMs: number;
  /** It needs no reader, as long as it never had one, here or elsewhere. */
  readonly detached: boolean;
  /** Ends the stream. */
  readonly stop: (reason: SluiceError) => void;
  readonly onOver: () => void;
}

/** Frames for one reader, and its brake. */
export interface Reading {
  readonly output: Observable<Frame>;
  readonly flow: Flow;
}

/**
 * Produces one stream into the log, whoever reads it. It goes on for a while without a reader, and is stopped then, or when
 * somebody asks for that.
 */
export class Recording {
  #readers = 0;
  #over = false;
  #graceMs: number;

  readonly #log: StreamLog;
  readonly #id: string;
  /** Undefined once it is over: what remembers a recording must not lead to its stream (docs/decisions/0014). */
  #stop: ((reason: SluiceError) => void) | undefined;
  readonly #grace = new Grace({
    ms: () => this.#graceMs,
    isReadElsewhere: () => this.#log.isReadElsewhere(this.#id),
    onOver: () => this.#stop?.(new SluiceError('client-gone', 'Nobody came back in time')),
  });

  constructor(options: RecordingOptions) {
    const { log, card, output, flow, graceMs, detached, will, succession, stop, onOver } = options;
    this.#graceMs = graceMs;
    this.#log = log;
    this.#id = card.id;
    this.#stop = stop;
    const owner: StreamOwner = {
      stop: () => stop(new SluiceError('cancelled', 'The stream was stopped')),
      brake: (on) => (on ? flow.pause() : flow.resume()),
    };
    const writer = succession?.goOn(owner) ?? log.begin(card, owner, will);
    const end = () => {
      this.#over = true;
      this.#stop = undefined;
      this.#grace.cancel();
      writer.end();
      onOver();
    };
    if (detached) this.#grace.wait();
    else this.#grace.begin(ATTACH_MS);
    output.subscribe({ next: (frame) => writer.append(frame), error: end, complete: end });
  }

  /** There will be no more frames. */
  get over(): boolean {
    return this.#over;
  }

  /** The frames from number `from` on, for a reader that goes when the signal is aborted. */
  read(from: number, signal?: StopSignal, epoch?: number): Reading {
    const flow = new Flow();
    const counted = new Observable<Frame>((subscriber) => {
      this.#joined();
      subscriber.add(() => this.#left());
      subscriber.add(this.#log.read(this.#id, from, flow, epoch).subscribe(subscriber));
    });
    return { output: untilAborted(counted, signal), flow };
  }

  /** Counts a reader from now on until its signal is aborted; from then on the stream goes on for at least so long. */
  hold(signal: StopSignal, graceMs: number): void {
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
    if (this.#readers === 0 && !this.#over) this.#grace.begin();
  }
}
