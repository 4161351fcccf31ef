import { SluiceError } from '../../core/sluice-error.js';
import type { FinishReason } from '../../core/stream-part.js';
import type { TranscodeResult } from '../../core/dialect/transcoder.js';

/** What an attempt has read before its first content, in bounds. */
export class PreludeBuffer<F> {
  readonly #blocks: TranscodeResult<F>[] = [];
  #events = 0;
  #bytes = 0;
  #finishReason: FinishReason | undefined;

  /** `maxBytes`: of all events together, as they came from the upstream. */
  constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {}

  get finishReason(): FinishReason | undefined {
    return this.#finishReason;
  }

  /** Of a block of so many bytes. The error of a stream that says too much without saying anything. */
  add(block: TranscodeResult<F>, bytes: number): SluiceError | undefined {
    this.#blocks.push(block);
    this.#events += block.events;
    this.#bytes += bytes;
    this.#finishReason = block.finishReason ?? this.#finishReason;
    if (this.#events > this.maxEvents) return tooManyEvents(this.maxEvents);
    return this.#bytes > this.maxBytes ? tooManyBytes(this.maxBytes) : undefined;
  }

  take(): TranscodeResult<F>[] {
    return this.#blocks.splice(0);
  }
}

/** The error of a stream of more events than are taken. */
export function tooManyEvents(maxEvents: number): SluiceError {
  const problem = `The upstream sent more than ${maxEvents} events in one stream`;
  return new SluiceError('upstream-error', problem, { retryable: false });
}

/** Another target may have content sooner. */
function tooManyBytes(maxBytes: number): SluiceError {
  return new SluiceError(
    'upstream-error',
    `The upstream sent more than ${maxBytes} bytes before any content`,
  );
}
