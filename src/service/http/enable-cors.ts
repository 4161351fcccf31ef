import type { INestApplication } from '@nestjs/common';

/** Every header that an answer may carry for its reader. The `*` covers others, in browsers that know it. */
const READABLE = [
  'x-sluice-stream',
  'x-sluice-target',
  'x-sluice-attempts',
  'x-sluice-cache',
  'x-should-retry',
  'Retry-After',
  'Age',
  'x-request-id',
  'openai-processing-ms',
  'openai-version',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
  '*',
];

/** Chromium keeps a preflight's answer for no longer. */
const PREFLIGHT_SECONDS = 7200;

/**
 * Lets pages of these origins send requests, compared exactly; `*` stands for every origin, and no origin for no CORS at all.
 * Which headers they may send is not bounded: each client has some of its own (`x-stainless-*`, `openai-beta`,
 * `traceparent`), Sluice passes none of them on, and a client outside of a browser may send any.
 * Source: Fetch standard, 'CORS protocol'.
 */
export function enableCors(app: INestApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: [...origins],
    methods: ['GET', 'POST', 'DELETE'],
    // Without `allowedHeaders` a preflight is allowed the headers that it names.
    exposedHeaders: READABLE,
    maxAge: PREFLIGHT_SECONDS,
    // An OPTIONS that is no preflight is answered too; strictly it would get plain text.
    strictPreflight: false,
  });
}
