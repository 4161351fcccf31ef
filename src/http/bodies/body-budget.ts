import { SluiceError } from '../../core/sluice-error.js';

/** `Retry-After` while too many bytes are held, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** How many bytes of request bodies may be in memory at once. */
export interface BodyBudgetLimits {
  /** Of all callers. */
  readonly maxBytes: number;
  /** Of one caller. */
  readonly maxBytesPerCaller: number;
}

/** Counts the bytes of the request bodies that are in memory, from their first byte until their response is over. */
export class BodyBudget {
  #bytes = 0;
  readonly #byCaller = new Map<string, number>();

  constructor(private readonly limits: BodyBudgetLimits) {}

  /** Bytes that are counted now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The error for a caller whose body of so many more bytes does not fit; undefined if it does. */
  refusalOf(caller: string, bytes: number): SluiceError | undefined {
    const { maxBytes, maxBytesPerCaller } = this.limits;
    if (this.#bytesOf(caller) + bytes > maxBytesPerCaller) {
      return new SluiceError('rate-limited', 'The bodies of your requests take too much memory; ask again', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    if (this.#bytes + bytes <= maxBytes) return undefined;
    return new SluiceError('overloaded', 'The bodies of all requests take too much memory; ask again', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  /** Counts bytes that came, or, with a negative number, bytes that are given back. */
  add(caller: string, bytes: number): void {
    this.#bytes += bytes;
    const ofCaller = this.#bytesOf(caller) + bytes;
    if (ofCaller === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, ofCaller);
  }

  #bytesOf(caller: string): number {
    return this.#byCaller.get(caller) ?? 0;
  }
}
