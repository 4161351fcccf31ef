/** Every way in which Sluice fails, closed: a caller, a metric and a log line tell the same story. */
export type SluiceErrorCode =
  | 'missing-content'
  | 'invalid-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'model-not-found'
  | 'method-not-allowed'
  | 'request-timeout'
  | 'stream-gone'
  | 'stream-log-unavailable'
  | 'request-too-large'
  | 'unsupported-media-type'
  | 'unprocessable'
  | 'rate-limited'
  | 'overloaded'
  | 'shutting-down'
  | 'upstream-rejected'
  | 'upstream-unauthorized'
  | 'upstream-rate-limited'
  | 'upstream-unreachable'
  | 'upstream-overloaded'
  | 'upstream-error'
  | 'upstream-cut'
  | 'timeout-headers'
  | 'timeout-first-token'
  | 'timeout-answer'
  | 'timeout-idle'
  | 'timeout-total'
  | 'client-gone'
  | 'cancelled'
  | 'internal';

/** What a code means over HTTP, and whether the same request may succeed when it is sent again. */
const MEANING: Record<SluiceErrorCode, { readonly status: number; readonly retryable: boolean }> = {
  'missing-content': { status: 400, retryable: false },
  'invalid-request': { status: 400, retryable: false },
  unauthorized: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  'not-found': { status: 404, retryable: false },
  'model-not-found': { status: 404, retryable: false },
  'method-not-allowed': { status: 405, retryable: false },
  'request-timeout': { status: 408, retryable: true },
  'stream-gone': { status: 410, retryable: false },
  'stream-log-unavailable': { status: 503, retryable: true },
  'request-too-large': { status: 413, retryable: false },
  'unsupported-media-type': { status: 415, retryable: false },
  unprocessable: { status: 422, retryable: false },
  'rate-limited': { status: 429, retryable: true },
  overloaded: { status: 503, retryable: true },
  'shutting-down': { status: 503, retryable: true },
  'upstream-rejected': { status: 400, retryable: false },
  'upstream-unauthorized': { status: 401, retryable: false },
  'upstream-rate-limited': { status: 429, retryable: true },
  'upstream-unreachable': { status: 502, retryable: true },
  'upstream-overloaded': { status: 503, retryable: true },
  'upstream-error': { status: 502, retryable: true },
  'upstream-cut': { status: 502, retryable: true },
  'timeout-headers': { status: 504, retryable: true },
  'timeout-first-token': { status: 504, retryable: true },
  'timeout-answer': { status: 504, retryable: true },
  'timeout-idle': { status: 504, retryable: true },
  'timeout-total': { status: 504, retryable: true },
  'client-gone': { status: 499, retryable: false },
  cancelled: { status: 499, retryable: false },
  internal: { status: 500, retryable: false },
};

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

  constructor(
    readonly code: SluiceErrorCode,
    message: string,
    details: SluiceErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status ?? MEANING[code].status;
    this.retryable = details.retryable ?? MEANING[code].retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.notSent = details.notSent ?? false;
    this.#providerError = details.providerError;
  }

  /** The provider's own error object. No field: whoever prints the error for a log prints none of it. */
  get providerError(): Readonly<Record<string, unknown>> | undefined {
    return this.#providerError;
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
