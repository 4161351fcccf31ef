import { SluiceError } from './sluice-error.js';

/** What a provider said with a status that is no success, or with an error inside its 200. */
export interface AnswerRefusal {
  /** HTTP status; of an error inside a 200 the one that it names. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The provider's own error object. */
  readonly providerError: Readonly<Record<string, unknown>> | undefined;
  readonly message: string | undefined;
}

/** Request Timeout, Conflict, Too Early: of the moment rather than of the request. */
const TRY_LATER: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * The error for a refusal: 4xx keep their status, 5xx become 502, 503 or 504. `problem` begins its message, and what the
 * provider said follows where it speaks of the request.
 */
export function errorOfAnswer(problem: string, refusal: AnswerRefusal): SluiceError {
  const { status, retryAfterMs, providerError } = refusal;
  const message = refusal.message === undefined ? problem : `${problem}: ${refusal.message}`;
  const details = {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(providerError !== undefined && { providerError }),
  };
  if (status === 401 || status === 403) {
    // The provider speaks of the operator's key here: nothing of it is the caller's business.
    return new SluiceError('upstream-unauthorized', `${problem}: it refused this service's key`, { status });
  }
  if (status === 429) return new SluiceError('upstream-rate-limited', message, details);
  if (TRY_LATER.has(status)) {
    return new SluiceError('upstream-rejected', message, { ...details, status, retryable: true });
  }
  if (status >= 400 && status < 500) {
    return new SluiceError('upstream-rejected', message, { ...details, status });
  }
  if (status === 503 || status === 529) return new SluiceError('upstream-overloaded', problem, details);
  return new SluiceError('upstream-error', problem, { ...details, ...(status === 504 && { status }) });
}
