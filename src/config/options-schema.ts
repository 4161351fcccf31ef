import { z } from 'zod';
import { upstreamDialectNames } from '../dialects/index.js';

/** The longest time that a timer of Node can wait. */
const MAX_TIMER_MS = 2_147_483_647;

/** Streams that may be open at once, in all and for one caller. */
export const DEFAULT_MAX_STREAMS = 10_000;

const milliseconds = (fallback: number) => z.number().int().positive().max(MAX_TIMER_MS).default(fallback);
const count = (fallback: number) => z.number().int().positive().default(fallback);

/** What HTTP takes in a header: printable Latin-1. axios would strip anything else without a word. */
const headerValue = z
  .string()
  .regex(/^[\t\x20-\x7e\xa0-\xff]+$/, 'holds a character that HTTP headers cannot carry');

const upstreamSchema = z.strictObject({
  dialect: z.enum(upstreamDialectNames).default('openai-chat'),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
    .transform((url) => url.replace(/\/+$/, '')),
  keys: z.array(headerValue).max(1, 'holds more than one key').default([]),
  headers: z.record(z.string().regex(/^[\w-]+$/, 'is no header name'), headerValue).default({}),
  simulated: z.boolean().default(false),
  headersTimeoutMs: milliseconds(60_000),
  firstTokenTimeoutMs: milliseconds(60_000),
  idleTimeoutMs: milliseconds(60_000),
  totalTimeoutMs: milliseconds(600_000),
});

/** Fields with one possible value are those of a route with one target; a file may spell them out. */
export const routeSchema = z.strictObject({
  strategy: z.literal('order').optional(),
  targets: z
    .array(
      z.strictObject({
        upstream: z.string(),
        model: z.string().min(1).optional(),
        weight: z.number().positive().optional(),
      }),
    )
    .length(1, 'must hold exactly one target'),
  aliases: z.array(z.string().min(1)).default([]),
  maxAttempts: z.number().int().positive().optional(),
  graceSeconds: z.literal(0).optional(),
  share: z.literal(false).optional(),
});

const limitsSchema = z.strictObject({
  maxEventBytes: count(16 * 1024 * 1024),
  maxEventsPerStream: count(1_000_000),
  maxStreams: count(DEFAULT_MAX_STREAMS),
  maxStreamsPerCaller: count(DEFAULT_MAX_STREAMS),
});

/** The module's options, and what a configuration file says of a Sluice. Defaults stand here alone. */
export const optionsSchema = z.strictObject({
  corsOrigins: z.array(z.string()).default([]),
  upstreams: z
    .record(z.string().min(1), upstreamSchema)
    .refine((upstreams) => Object.keys(upstreams).length > 0, 'must name at least one upstream'),
  routes: z.record(z.string().min(1), routeSchema).optional(),
  defaultRoute: z.string().optional(),
  callers: z
    .array(z.strictObject({ name: z.string().min(1), tenant: z.string().optional(), key: z.string().min(8) }))
    .default([]),
  anonymous: z.boolean().optional(),
  limits: limitsSchema.prefault({}),
  heartbeatMs: milliseconds(15_000),
  headWaitMs: milliseconds(10_000),
  drainMs: z.number().int().nonnegative().max(MAX_TIMER_MS).default(30_000),
});
