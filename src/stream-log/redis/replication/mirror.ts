import { Observable } from 'rxjs';
import type { BackPressure } from '../../../core/flow-control/back-pressure.js';
import type { FrameBytes } from '../../../core/frame-bytes.js';
import { SluiceError } from '../../../core/sluice-error.js';
import type { MemoryStreamLog } from '../../memory/memory-stream-log.js';
import type { MemoryStream } from '../../memory/memory-stream.js';
import { streamGone } from '../../stream-gone.js';
import type { Entry } from '../log/log-entry.js';
import type { RedisStreamStore } from '../log/redis-stream-store.js';
import { Tail } from './tail.js';

/** The pause before a read is repeated, in milliseconds. */
const RETRY_MS = 500;

/** What a mirror is made of. */
export interface MirrorOptions {
  readonly id: string;
  readonly local: MemoryStreamLog;
  readonly store: RedisStreamStore;
  readonly checkIntervalMs: number;
  readonly check: (id: string) => Promise<boolean>;
  /** Asks the producer to stop. */
  readonly stop: () => void;
  /** Its last reader has left. */
  readonly onUnused: () => void;
}

/** A reader that waits for its first frame. */
interface Waiting {
  readonly from: number;
  readonly epoch: number;
  readonly fail: (error: SluiceError) => void;
  readonly start: (stream: MemoryStream, from: number) => void;
}

/** The copy of another replica's stream, for the readers that are here. */
export class Mirror {
  #readers = 0;
  /** The number of readers for which the stream runs on. */
  #retained = 0;
  #frames = 0;
  #truncated = false;
  /** The number of the first frame of the epoch after the first one, and that epoch. */
  #takenOver: { readonly at: number; readonly epoch: number } | undefined;
  #failure: SluiceError | undefined;
  #stream: MemoryStream | undefined;
  #tail: Tail | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #waiting = new Set<Waiting>();
  readonly #failures = new Set<(error: SluiceError) => void>();

  constructor(private readonly options: MirrorOptions) {
    void this.#begin();
  }

  /** The frames from a number on. A reader may have had more than Redis has by now; it then waits. */
  read(from: number, flow: BackPressure, epoch = 1, keeps = true): Observable<FrameBytes> {
    return new Observable((subscriber) => {
      this.#joined(keeps);
      const fail = (error: SluiceError) => subscriber.error(error);
      const start = (stream: MemoryStream, first: number) => {
        subscriber.add(stream.read(first, flow).subscribe(subscriber));
      };
      const waiting = { from, epoch, start, fail };
      this.#failures.add(fail);
      this.#waiting.add(waiting);
      subscriber.add(() => {
        this.#waiting.delete(waiting);
        this.#failures.delete(fail);
        this.#left(keeps);
      });
      if (this.#failure !== undefined) return fail(this.#failure);
      return this.#startReaders();
    });
  }

  async #begin(): Promise<void> {
    const { id, local, store, stop } = this.options;
    try {
      const meta = await store.metadata(id);
      if (this.#closed) return;
      if (meta === undefined || meta.lost) return this.#fail(streamGone());
      this.#stream = local.begin(meta.metadata, { stop, setPaused: (on) => this.#tail?.setPaused(on) });
      this.#follow();
    } catch {
      if (!this.#closed) this.#retry = setTimeout(() => void this.#begin(), RETRY_MS);
    }
  }

  #follow(): void {
    const { id, store, check: look, checkIntervalMs } = this.options;
    this.#tail = new Tail({
      id,
      store,
      check: look,
      checkIntervalMs,
      isRead: () => this.#retained > 0,
      onEntry: (entry) => this.#add(entry),
      onEnd: () => {
        this.#stream?.end();
        this.#startReaders();
      },
      onError: (error) => this.#fail(error),
    });
  }

  #add({ epoch, count, bytes, end, truncated = false }: Entry): void {
    this.#truncated = truncated;
    if (epoch > 1 && count > 0 && !truncated) this.#takenOver ??= { at: this.#frames, epoch };
    this.#frames += count;
    if (count > 0) this.#stream?.append(bytes, end);
    if (!end) this.#startReaders();
  }

  /** Those whose first frame is here, and all of them at the end. */
  #startReaders(): void {
    const stream = this.#stream;
    const isOver = stream?.ended === true;
    // In a stream that was cut, a reader with more frames than are retained gets the last frame.
    const latest = isOver && this.#truncated ? Math.max(0, this.#frames - 1) : this.#frames;
    for (const waiting of this.#waiting) {
      if (this.#isCutOff(waiting)) {
        waiting.fail(streamGone());
        continue;
      }
      if (stream === undefined || (waiting.from > this.#frames && !isOver)) continue;
      this.#waiting.delete(waiting);
      // Not from the log: without room it may have evicted a stream that has readers here.
      waiting.start(stream, Math.min(waiting.from, latest));
    }
  }

  /** True for a reader that had frames of a dead producer which are not kept: others stand in their place. */
  #isCutOff({ from, epoch }: Waiting): boolean {
    return this.#takenOver !== undefined && epoch < this.#takenOver.epoch && from > this.#takenOver.at;
  }

  /** Ends all readings with this error. */
  close(error: SluiceError): void {
    this.#fail(error);
  }

  #fail(error: SluiceError): void {
    if (this.#closed) return;
    this.#failure = error;
    this.#tail?.close();
    this.#stream?.fail(error);
    for (const fail of this.#failures) fail(error);
  }

  #joined(keeps: boolean): void {
    this.#readers += 1;
    if (!keeps) return;
    this.#retained += 1;
    if (this.#retained === 1) void this.#tail?.check();
  }

  #left(keeps: boolean): void {
    this.#readers -= 1;
    if (keeps) this.#retained -= 1;
    if (this.#readers > 0) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#tail?.close();
    this.options.local.drop(this.options.id);
    this.options.onUnused();
  }
}
