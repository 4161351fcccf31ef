const FIRST_MS = 250;
/** Longer than this a request does not wait for another round: its caller gets the error. */
const LONGEST_MS = 5_000;

/**
 * How long to wait before a further round, in milliseconds: full jitter over an exponential back-off, and not before the
 * provider wants a request. Undefined if that is too long.
 */
export function backoffMs(
  round: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_MS) return undefined;
  return Math.max(retryAfterMs ?? 0, random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** round));
}
