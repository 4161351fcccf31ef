import type { IncomingHttpHeaders } from 'node:http';

const FORWARDED_HEADERS = /^(?:x-request-id|openai-processing-ms|openai-version|x-ratelimit-[a-z-]+)$/;

/** The upstream's headers that are of use to callers and reveal nothing of the operator's account. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    if (!FORWARDED_HEADERS.test(name)) continue;
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}
