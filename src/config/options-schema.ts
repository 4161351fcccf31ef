import { z } from 'zod';
import type { CallerReader } from '../core/settings.js';
import { hasReadableUser } from './has-readable-user.js';
import { headerText, presentableKey } from './header-text.js';
import { originSchema } from './origin.js';
import { dialectsSchema } from './read-dialects.js';
import { proxyUrl } from './proxy-url.js';
import { tlsSchema } from './tls-schema.js';

/** The longest time that a timer of Node can wait. */
const MAX_TIMER_MS = 2_147_483_647;

/** Streams that may be open at once, in all and for one caller. */
export const DEFAULT_MAX_STREAMS = 10_000;

const timer = z.number().int().positive().max(MAX_TIMER_MS);
const milliseconds = (fallback: number) => timer.default(fallback);
const count = (fallback: number) => z.number().int().positive().default(fallback);

/** What stands behind `Bearer`. */
const key = headerText.regex(/\S/, 'is blank');

const headers = z.record(z.string().regex(/^[\w-]+$/, 'is no header name'), headerText);

/** No limit where none is given. */
const bound = z.number().int().positive().default(Number.POSITIVE_INFINITY);

const admission = {
  maxConcurrent: bound,
  maxQueued: z.number().int().nonnegative().default(100),
  queueTimeoutMs: milliseconds(3_000),
};

const breakerSchema = z.strictObject({
  failureRate: z.number().gt(0).lt(1).default(0.5),
  windowMs: milliseconds(30_000),
  minimumRequests: count(20),
  consecutiveFailures: count(5),
  halfOpenAfterMs: milliseconds(10_000),
});

const slowStreamSchema = z.strictObject({
  minTokensPerSecond: z.number().positive(),
  windowMs: milliseconds(10_000),
});

const upstreamFields = z.strictObject({
  dialect: z.string().default('openai-chat'),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
    .refine(hasReadableUser, 'has a name or a password that is not URL-encoded')
    .refine((url) => !url.includes('#'), 'has a fragment, which is never sent')
    .transform((url) => url.replace(/\/+(?=\?|$)/, '')),
  keys: z.array(key).default([]),
  headers: headers.default({}),
  streamUsage: z.boolean().default(true),
  defaultTemperature: z.union([z.number().min(0).max(2), z.literal(false)]).default(0.7),
  simulated: z.boolean().default(false),
  headersTimeoutMs: milliseconds(60_000),
  firstTokenTimeoutMs: milliseconds(60_000),
  answerTimeoutMs: milliseconds(300_000),
  idleTimeoutMs: milliseconds(60_000),
  totalTimeoutMs: milliseconds(600_000),
  ...admission,
  maxConcurrentPerKey: bound,
  maxAttempts: bound,
  maxRequestBytes: bound,
  breaker: breakerSchema.prefault({}),
  slowStream: slowStreamSchema.optional(),
  tls: tlsSchema.optional(),
  proxy: z.union([proxyUrl, z.literal(false)]).optional(),
});

const upstreamSchema = upstreamFields.refine(
  ({ baseUrl, tls }) => tls === undefined || baseUrl.toLowerCase().startsWith('https:'),
  { path: ['tls'], error: 'is for a baseUrl with https://' },
);

/** What a route may say of its upstreams, for its own requests. */
const overrides = {
  keys: z.array(key).min(1).optional(),
  headers: headers.optional(),
  headersTimeoutMs: timer.optional(),
  firstTokenTimeoutMs: timer.optional(),
  answerTimeoutMs: timer.optional(),
  idleTimeoutMs: timer.optional(),
  totalTimeoutMs: timer.optional(),
  maxRequestBytes: z.number().int().positive().optional(),
};

const retryBudgetSchema = z.strictObject({
  ratio: z.number().min(0).max(1).default(0.1),
  windowMs: milliseconds(10_000),
  minimum: z.number().int().nonnegative().default(10),
});

/** The longest grace: an hour. */
const MAX_GRACE_SECONDS = 3_600;

export const routeSchema = z.strictObject({
  strategy: z.enum(['order', 'weight', 'latency']).default('order'),
  targets: z
    .array(
      z.strictObject({
        upstream: z.string(),
        model: z.string().min(1).optional(),
        weight: z.number().positive().default(1),
        continues: z.boolean().default(false),
      }),
    )
    .min(1, 'must hold at least one target'),
  aliases: z.array(z.string().min(1)).default([]),
  maxAttempts: z.number().int().positive().optional(),
  retryBudget: retryBudgetSchema.prefault({}),
  hedge: z.boolean().default(false),
  continuation: z.boolean().default(false),
  graceSeconds: z.number().int().min(0).max(MAX_GRACE_SECONDS).optional(),
  share: z.boolean().default(false),
  ...admission,
  ...overrides,
});

/** A day: what is kept in memory is not kept for good. */
const MAX_KEEP_SECONDS = 86_400;

/** Shorter, and a pause of the process looks like its death; longer, and readers give up before it. */
const MIN_LEASE_MS = 1_000;
const MAX_LEASE_MS = 600_000;

const streamLogSchema = z.strictObject({
  maxBytesPerStream: count(4 * 1024 * 1024),
  maxBytes: count(256 * 1024 * 1024),
  keepSeconds: z.number().int().positive().max(MAX_KEEP_SECONDS).default(300),
  leaseMs: z.number().int().min(MIN_LEASE_MS).max(MAX_LEASE_MS).default(6_000),
});

/** One URL, or those of a cluster's nodes. */
export const redisUrl = z
  .string()
  .refine(
    (urls) => urls.split(',').every((url) => z.url({ protocol: /^rediss?$/ }).safeParse(url.trim()).success),
    'is not a redis:// or rediss:// URL, nor several with commas between them',
  );

const limitsSchema = z.strictObject({
  maxEventBytes: count(16 * 1024 * 1024),
  maxEventsPerStream: count(1_000_000),
  maxStreams: count(DEFAULT_MAX_STREAMS),
  maxStreamsPerCaller: count(DEFAULT_MAX_STREAMS),
});

/** Names that begin so are Sluice's own: those of users without a tenant, and of visitors. */
const owner = z.string().regex(/^(?!@)/, 'may not begin with @');

/** The module's options, and what a configuration file says of a Sluice. Defaults stand here alone. */
export const optionsSchema = z.strictObject({
  corsOrigins: z.array(originSchema).default([]),
  allowedHosts: z
    .array(z.string().regex(/^(?:\*|[\w.-]+)$/, 'is no name of a host, without a port'))
    .default([]),
  upstreams: z
    .record(z.string().min(1), upstreamSchema)
    .refine((upstreams) => Object.keys(upstreams).length > 0, 'must name at least one upstream'),
  routes: z
    .record(z.string().regex(/^[^*]+\*?$|^\*$/, 'may hold a * at its end alone'), routeSchema)
    .optional(),
  defaultRoute: z.string().optional(),
  callers: z
    .array(z.strictObject({ name: owner.min(1), tenant: owner.optional(), key: presentableKey }))
    .default([]),
  anonymous: z.boolean().optional(),
  dialects: dialectsSchema,
  caller: z.custom<CallerReader>((value) => typeof value === 'function', 'must be a function').optional(),
  limits: limitsSchema.prefault({}),
  streamLog: streamLogSchema.prefault({}),
  redisUrl: redisUrl.optional(),
  ticketSecret: z.string().min(16).optional(),
  heartbeatMs: milliseconds(15_000),
  headWaitMs: milliseconds(10_000),
  drainMs: z.number().int().nonnegative().max(MAX_TIMER_MS).default(30_000),
});
