import type { AdmissionSettings } from '../../core/settings.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';

/** The place of one attempt. `release` may be called more than once. */
export interface Permit {
  release(): void;
}

/** `Retry-After` of a refusal, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

class HeldPermit implements Permit {
  #release: (() => void) | undefined;

  constructor(leave: () => void) {
    this.#release = leave;
  }

  release(): void {
    const leave = this.#release;
    this.#release = undefined;
    leave?.();
  }
}

interface Waiting {
  readonly admit: () => void;
}

/**
 * A bounded number of permits and a bounded queue before them. Callers take turns: one that requests a hundred permits
 * does not make another wait for all of them. Each place is given back once, by its holder.
 */
export class ConcurrencyLimiter {
  #inUse = 0;
  #queued = 0;
  /** Waiting requests, by caller; the first caller is served next and then goes to the end. */
  readonly #queues = new Map<string, Waiting[]>();

  /** `name` stands in errors. */
  constructor(
    private readonly name: string,
    private settings: AdmissionSettings,
  ) {}

  get inUse(): number {
    return this.#inUse;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Takes other limits; held permits stay valid. */
  update(settings: AdmissionSettings): void {
    this.settings = settings;
    while (this.#hasRoom() && this.#queued > 0) this.#admitNext();
  }

  /** A place, or undefined if there is none at once. */
  tryAcquire(): Permit | undefined {
    return this.#queued === 0 && this.#hasRoom() ? this.#permit() : undefined;
  }

  /** Waits for a place. Rejects with `overloaded` (429) where too many wait already or the wait took too long. */
  async acquire(caller: string, signal: AbortSignalLike): Promise<Permit> {
    const place = this.tryAcquire();
    if (place !== undefined) return place;
    if (signal.aborted) throw signal.reason;
    const { maxQueued, queueTimeoutMs } = this.settings;
    if (this.#queued >= maxQueued) throw this.#refusal(`and ${maxQueued} requests wait already`);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        admit: () => {
          leave();
          resolve(this.#permit());
        },
      };
      const giveUp = (error: unknown) => {
        leave();
        this.#forget(caller, waiting);
        reject(error);
      };
      const timer = setTimeout(
        () => giveUp(this.#refusal(`and none became free within ${queueTimeoutMs} ms`)),
        queueTimeoutMs,
      );
      const onAbort = () => giveUp(signal.reason);
      signal.addEventListener('abort', onAbort);
      this.#queued += 1;
      const queue = this.#queues.get(caller);
      if (queue === undefined) this.#queues.set(caller, [waiting]);
      else queue.push(waiting);
    });
  }

  #hasRoom(): boolean {
    return this.#inUse < this.settings.maxConcurrent;
  }

  #permit(): Permit {
    this.#inUse += 1;
    return new HeldPermit(this.#onRelease);
  }

  readonly #onRelease = (): void => {
    this.#inUse -= 1;
    if (this.#queued > 0 && this.#hasRoom()) this.#admitNext();
  };

  #admitNext(): void {
    const [first] = this.#queues;
    if (first === undefined) return;
    const [caller, queue] = first;
    const next = queue.shift();
    this.#queues.delete(caller);
    if (queue.length > 0) this.#queues.set(caller, queue);
    if (next === undefined) return;
    this.#queued -= 1;
    next.admit();
  }

  #forget(caller: string, waiting: Waiting): void {
    const queue = this.#queues.get(caller);
    const at = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || at === -1) return;
    queue.splice(at, 1);
    this.#queued -= 1;
    if (queue.length === 0) this.#queues.delete(caller);
  }

  #refusal(why: string): SluiceError {
    const { maxConcurrent } = this.settings;
    return new SluiceError(
      'overloaded',
      `All ${maxConcurrent} places of ${this.name} are in use, ${why}; ask again`,
      { status: 429, retryAfterMs: RETRY_AFTER_MS },
    );
  }
}
