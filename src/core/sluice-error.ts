import { meaningOf, type SluiceErrorCode } from './error-codes.js';

export type { SluiceErrorCode } from './error-codes.js';

/** What may be said beside the code and the message. */
export interface SluiceErrorDetails {
  /** HTTP status where the code's own is too coarse (an upstream's 404 or 422). */
  readonly status?: number;
  /** @default by code */
  readonly retryable?: boolean;
  /** How long the caller should wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The upstream has not seen the request: asking another one costs nothing twice. @default false */
  readonly notSent?: boolean;
  /** The provider's own error object, keys and secrets taken out; for callers of the provider's dialect. */
  readonly providerError?: Readonly<Record<string, unknown>>;
  /** Never an AxiosError: it carries the Authorization header. */
  readonly cause?: unknown;
}

/** The stream that an error ended. */
export interface StreamReference {
  readonly id: string;
  /** `upstream/model` that was tried last; undefined if none was. */
  readonly target: string | undefined;
  readonly attempts: number;
}

/**
 * The one error of Sluice. Its message says what failed and what to do, and never holds a key or a prompt. `statusCode` and
 * `expose` are what http-errors has: Nest's own filter answers with this status and message where a host lets it through.
 */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly notSent: boolean;
  readonly #providerError: Readonly<Record<string, unknown>> | undefined;
  #stream: StreamReference | undefined;

  constructor(
    readonly code: SluiceErrorCode,
    message: string,
    details: SluiceErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const { status, retryable } = meaningOf(code);
    this.status = details.status ?? status;
    this.retryable = details.retryable ?? retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.notSent = details.notSent ?? false;
    this.#providerError = details.providerError;
  }

  /** The provider's own error object. No field: whoever prints the error for a log prints none of it. */
  get providerError(): Readonly<Record<string, unknown>> | undefined {
    return this.#providerError;
  }

  /** The stream that it ended; undefined for a request that was no stream yet. */
  get stream(): StreamReference | undefined {
    return this.#stream;
  }

  /** The same error, of this stream: its caller can name it to the operator. */
  ofStream(stream: StreamReference): this {
    this.#stream = stream;
    return this;
  }

  /** The same as `status`. */
  get statusCode(): number {
    return this.status;
  }

  /** The message may be sent to the caller. */
  get expose(): boolean {
    return true;
  }

  /** Any thrown value as a SluiceError; what is unknown becomes `internal`, its text hidden from callers. */
  static from(error: unknown): SluiceError {
    if (error instanceof SluiceError) return error;
    return new SluiceError('internal', 'Sluice failed; the operator finds the cause in the log', {
      cause: error,
    });
  }
}
