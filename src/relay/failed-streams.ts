import type { SluiceError } from '../core/sluice-error.js';

/** What is known of a stream that failed before its head. */
export interface FailedStream {
  readonly id: string;
  /** `upstream/model` that was asked last; undefined if none was. */
  readonly target: string | undefined;
  readonly attempts: number;
}

const failures = new WeakMap<SluiceError, FailedStream>();

/** Notes which stream an error ended, so that its caller can name it to the operator. */
export function noteFailed(error: SluiceError, stream: FailedStream): void {
  failures.set(error, stream);
}

/** The stream that an error ended; undefined for a request that was no stream yet. */
export function failedStream(error: SluiceError): FailedStream | undefined {
  return failures.get(error);
}
