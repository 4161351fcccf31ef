import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { LightAbortController } from '../../core/flow-control/abort-signal-like.js';

/** `Retry-After` of a refusal for lack of room, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** The place of one stream. `release` may be called more than once. */
export interface StreamSlot {
  release(): void;
}

/** The place of a stream that is open. Once it is given back it leads to nothing: see `SharedTimer.cancel`. */
class OpenSlot implements StreamSlot {
  #controller: LightAbortController | undefined;

  constructor(
    readonly caller: string,
    controller: LightAbortController,
    private readonly onLeft: (place: OpenSlot) => void,
  ) {
    this.#controller = controller;
  }

  abort(reason: SluiceError): void {
    this.#controller?.abort(reason);
  }

  release(): void {
    this.#controller = undefined;
    this.onLeft(this);
  }
}

/** Every stream that is open, so that their number is bounded and a shutdown can end them. */
@Injectable()
export class ActiveStreams implements BeforeApplicationShutdown {
  readonly #open = new Set<OpenSlot>();
  readonly #byCaller = new Map<string, number>();
  #draining = false;
  #drained: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  readonly #settings: SluiceSettings;

  constructor(@Inject(SLUICE_SETTINGS) settings: SluiceSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#open.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Takes a place until it is released; `controller` is aborted if a shutdown cannot wait for it. */
  acquire(caller: string, controller: LightAbortController): StreamSlot {
    this.#refuseIfFull(caller);
    return this.keepDrainOpen(caller, controller);
  }

  /** The same without being refused: for what has had a place, and is on its way to its client yet. */
  keepDrainOpen(caller: string, controller: LightAbortController): StreamSlot {
    const place = new OpenSlot(caller, controller, this.#onReleased);
    this.#open.add(place);
    this.#byCaller.set(caller, this.#countOf(caller) + 1);
    return place;
  }

  /** Takes in no more streams, waits for those that run, and ends what is left after `drainMs`. */
  beforeApplicationShutdown(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    if (this.#open.size === 0) return;
    const timer = setTimeout(() => this.#endAll(), this.#settings.drainMs);
    await this.#empty();
    clearTimeout(timer);
  }

  /** A whole answer leaves its place when it is complete, and takes that of its response within the same tick. */
  async #empty(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (this.#open.size > 0) await this.#empty();
  }

  #endAll(): void {
    const reason = new SluiceError('shutting-down', 'The service is shutting down; ask again', {
      retryAfterMs: RETRY_AFTER_MS,
    });
    for (const place of this.#open) place.abort(reason);
  }

  #refuseIfFull(caller: string): void {
    const { maxStreams, maxStreamsPerCaller } = this.#settings.limits;
    const wait = { retryAfterMs: RETRY_AFTER_MS };
    if (this.#draining)
      throw new SluiceError('shutting-down', 'The service is shutting down; ask again', wait);
    if (this.#open.size >= maxStreams) {
      throw new SluiceError(
        'overloaded',
        `All ${maxStreams} streams of this process are in use; ask again`,
        wait,
      );
    }
    if (this.#countOf(caller) >= maxStreamsPerCaller) {
      const problem = `This caller has ${maxStreamsPerCaller} streams open, which is its limit; end one first`;
      throw new SluiceError('rate-limited', problem, wait);
    }
  }

  #countOf(caller: string): number {
    return this.#byCaller.get(caller) ?? 0;
  }

  readonly #onReleased = (place: OpenSlot): void => {
    if (!this.#open.delete(place)) return;
    const { caller } = place;
    const left = this.#countOf(caller) - 1;
    if (left === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, left);
    if (this.#open.size === 0) this.#onEmpty?.();
  };
}
