import { SluiceError } from '../core/sluice-error.js';
import type { FinishReason } from '../core/stream-part.js';
import type { Transcoded } from '../core/transcoder.js';

/** What an attempt has read before its first content, in bounds. */
export class Held<F> {
  readonly #blocks: Transcoded<F>[] = [];
  #events = 0;
  #finishReason: FinishReason | undefined;

  constructor(private readonly maxEvents: number) {}

  get finishReason(): FinishReason | undefined {
    return this.#finishReason;
  }

  /** The error of a stream that says too much without saying anything. */
  add(block: Transcoded<F>): SluiceError | undefined {
    this.#blocks.push(block);
    this.#events += block.events;
    this.#finishReason = block.finishReason ?? this.#finishReason;
    return this.#events > this.maxEvents ? tooManyEvents(this.maxEvents) : undefined;
  }

  take(): Transcoded<F>[] {
    return this.#blocks.splice(0);
  }
}

/** The error of a stream of more events than are taken. */
export function tooManyEvents(maxEvents: number): SluiceError {
  const problem = `The upstream sent more than ${maxEvents} events in one stream`;
  return new SluiceError('upstream-error', problem, { retryable: false });
}
