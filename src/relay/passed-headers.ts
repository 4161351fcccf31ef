import type { IncomingHttpHeaders } from 'node:http';

const PASSED = /^(?:x-request-id|openai-processing-ms|openai-version|x-ratelimit-[a-z-]+)$/;

/** The upstream's headers that are of use to callers and tell nothing of the operator's account. */
export function passedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && PASSED.test(name)) passed[name] = value;
  }
  return passed;
}
