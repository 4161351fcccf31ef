import type { Outcome } from './outcome.js';

/**
 * Whose fault a failure is: the target's (its breaker counts it), the key's (the next key may do better), the request's (no
 * other target would take it either), or nobody's here (its caller left, the service stops, or it is not known).
 */
export type FailureCause = 'target' | 'key-limited' | 'key-rejected' | 'request' | 'none';

/** Whether another target, key or attempt may do better before the first content. */
type Failover = 'always' | 'if-retryable' | 'never';

/**
 * Every way in which Sluice fails, closed: a caller, a metric and a log line report the same code. The columns: the code; its
 * HTTP status; whether the same request may succeed when it is sent again; whose fault it is; whether failover continues; the
 * outcome of a stream that fails with it. An upstream's own status may replace the status and `retryable` of one error.
 */
const TABLE = [
  ['missing-content', 400, false, 'request', 'never', 'upstream-error'],
  ['invalid-request', 400, false, 'request', 'never', 'upstream-error'],
  ['unauthorized', 401, false, 'request', 'never', 'upstream-error'],
  ['forbidden', 403, false, 'request', 'never', 'upstream-error'],
  ['not-found', 404, false, 'request', 'never', 'upstream-error'],
  ['model-not-found', 404, false, 'request', 'never', 'upstream-error'],
  ['method-not-allowed', 405, false, 'request', 'never', 'upstream-error'],
  ['request-timeout', 408, true, 'request', 'never', 'upstream-error'],
  ['stream-gone', 410, false, 'request', 'never', 'upstream-error'],
  ['stream-log-unavailable', 503, true, 'request', 'never', 'upstream-error'],
  ['request-too-large', 413, false, 'none', 'always', 'upstream-error'],
  ['unsupported-media-type', 415, false, 'request', 'never', 'upstream-error'],
  ['unprocessable', 422, false, 'request', 'never', 'upstream-error'],
  ['rate-limited', 429, true, 'request', 'never', 'upstream-error'],
  ['overloaded', 503, true, 'request', 'never', 'upstream-error'],
  ['shutting-down', 503, true, 'none', 'never', 'shutdown'],
  ['upstream-rejected', 400, false, 'request', 'if-retryable', 'upstream-error'],
  ['upstream-unauthorized', 401, false, 'key-rejected', 'always', 'upstream-error'],
  ['upstream-rate-limited', 429, true, 'key-limited', 'if-retryable', 'upstream-error'],
  ['upstream-unreachable', 502, true, 'target', 'if-retryable', 'upstream-error'],
  ['upstream-overloaded', 503, true, 'target', 'if-retryable', 'upstream-error'],
  ['upstream-error', 502, true, 'target', 'if-retryable', 'upstream-error'],
  ['upstream-cut', 502, true, 'target', 'if-retryable', 'upstream-cut'],
  ['timeout-headers', 504, true, 'target', 'if-retryable', 'timeout-headers'],
  ['timeout-first-token', 504, true, 'target', 'if-retryable', 'timeout-first-token'],
  ['timeout-answer', 504, true, 'target', 'if-retryable', 'timeout-answer'],
  ['timeout-idle', 504, true, 'target', 'if-retryable', 'timeout-idle'],
  ['timeout-total', 504, true, 'none', 'never', 'timeout-total'],
  ['client-gone', 499, false, 'none', 'never', 'client-gone'],
  ['cancelled', 499, false, 'none', 'never', 'cancelled'],
  ['internal', 500, false, 'request', 'never', 'upstream-error'],
] as const satisfies readonly (readonly [string, number, boolean, FailureCause, Failover, Outcome])[];

/** The code of a failure. */
export type SluiceErrorCode = (typeof TABLE)[number][0];

/** What a code means. */
export interface ErrorMeaning {
  readonly status: number;
  readonly retryable: boolean;
  readonly cause: FailureCause;
  readonly failover: Failover;
  readonly outcome: Outcome;
}

const MEANINGS = new Map<SluiceErrorCode, ErrorMeaning>(
  TABLE.map(([code, status, retryable, cause, failover, outcome]) => [
    code,
    { status, retryable, cause, failover, outcome },
  ]),
);

/** The row of a code. */
export function meaningOf(code: SluiceErrorCode): ErrorMeaning {
  const meaning = MEANINGS.get(code);
  if (meaning === undefined) throw new Error(`No error has the code ${code}`);
  return meaning;
}
