import { rateLimitResetMs } from './rate-limit-reset.js';

/**
 * The wait that a provider requested, in milliseconds: `retry-after-ms`, `Retry-After` as seconds or as an HTTP date
 * (RFC 9110 10.2.3), or, of an answer that says that a limit was
 * reached, `x-ratelimit-reset-*`. Undefined if it named none that can be read.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, unknown>>,
  now: number,
  limited = true,
): number | undefined {
  return bounded(waitOf(headers, now) ?? (limited ? rateLimitResetMs(headers, now) : undefined));
}

/** The longest credible wait; a longer one is taken for an error of the provider. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

function bounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.min(ms, LONGEST_MS);
}

function waitOf(headers: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const given = headers['retry-after-ms'];
  const milliseconds = Number(given === '' ? Number.NaN : (given ?? Number.NaN));
  if (milliseconds >= 0) return milliseconds;
  const value = headers['retry-after'];
  if (typeof value !== 'string' || value === '') return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
