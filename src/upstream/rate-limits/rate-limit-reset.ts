const DURATION = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
/** Numbers from here on are moments and not waits: seconds since 1970, and milliseconds. */
const FIRST_MOMENT = 1_000_000_000;
const FIRST_MOMENT_MS = 1_000 * FIRST_MOMENT;

type Headers = Readonly<Record<string, unknown>>;

/**
 * The wait until a rate limit is lifted, in milliseconds, by `x-ratelimit-reset-*` headers: of the limits that are used
 * up the longest wait, or the shortest of all where none says that it is. Undefined without such a header.
 * Source: OpenAI's 'Rate limits in headers' (`1s`, `6m0s`), others send seconds, moments or RFC 3339 dates.
 */
export function rateLimitResetMs(headers: Headers, now: number): number | undefined {
  const limits = Object.entries(headers).flatMap(([name, value]) => {
    const [, what] = /^x-ratelimit-reset-(.+)$/.exec(name) ?? [];
    const ms = what === undefined || typeof value !== 'string' ? undefined : waitOf(value, now);
    return ms === undefined ? [] : [{ ms, usedUp: headers[`x-ratelimit-remaining-${what}`] === '0' }];
  });
  const usedUp = limits.filter((limit) => limit.usedUp).map(({ ms }) => ms);
  if (usedUp.length > 0) return Math.max(...usedUp);
  return limits.length === 0 ? undefined : Math.min(...limits.map(({ ms }) => ms));
}

function waitOf(value: string, now: number): number | undefined {
  const text = value.trim();
  if (text === '') return undefined;
  const number = Number(text);
  if (number >= FIRST_MOMENT_MS) return Math.max(0, number - now);
  if (number >= FIRST_MOMENT) return Math.max(0, number * 1000 - now);
  if (number >= 0) return number * 1000;
  const parts = DURATION.exec(text);
  if (parts !== null) {
    const [hours, minutes, seconds, milliseconds] = parts.slice(1).map((part) => Number(part ?? 0));
    return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000 + (milliseconds ?? 0);
  }
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now);
}
