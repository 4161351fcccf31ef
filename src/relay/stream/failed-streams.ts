import type { SluiceError } from '../../core/sluice-error.js';

/** What is known of a stream that failed before its head. */
export interface StreamReference {
  readonly id: string;
  /** `upstream/model` that was asked last; undefined if none was. */
  readonly target: string | undefined;
  readonly attempts: number;
}

const failures = new WeakMap<SluiceError, StreamReference>();

/** Notes which stream an error ended, so that its caller can name it to the operator. */
export function noteFailed(error: SluiceError, stream: StreamReference): void {
  failures.set(error, stream);
}

/** The stream that an error ended; undefined for a request that was no stream yet. */
export function failedStream(error: SluiceError): StreamReference | undefined {
  return failures.get(error);
}
