import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RouteSettings, SluiceSettings, UpstreamSettings } from '../core/settings.js';
import { upstreamDialectNames } from '../dialects/index.js';

/** The longest time that a timer of Node can wait. */
const MAX_TIMER_MS = 2_147_483_647;

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

const routeSchema = z.strictObject({
  targets: z
    .array(z.strictObject({ upstream: z.string(), model: z.string().min(1).optional() }))
    .length(1, 'must hold exactly one target'),
});

const limitsSchema = z.strictObject({
  maxBodyBytes: count(10 * 1024 * 1024),
  maxEventBytes: count(16 * 1024 * 1024),
  maxEventsPerStream: count(1_000_000),
  maxStreams: count(10_000),
  maxStreamsPerCaller: count(10_000),
});

const optionsSchema = z.strictObject({
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

/**
 * Checks options and completes them. Throws an Error that names every path that is wrong, and no value;
 * references between paths are checked once each path is right by itself.
 */
export function readSettings(options: unknown): SluiceSettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw misconfigured(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'} ${message}`),
    );
  }
  const { upstreams: byName, routes: routeOptions, defaultRoute, callers, anonymous, ...rest } = parsed.data;
  const upstreams = new Map(
    Object.entries(byName).map(([name, { keys, ...upstream }]): [string, UpstreamSettings] => [
      name,
      { ...upstream, name, key: keys[0] },
    ]),
  );
  const routes = readRoutes(
    routeOptions ?? { '*': { targets: [{ upstream: Object.keys(byName)[0] ?? '' }] } },
  );
  const fallback = defaultRoute ?? [...routes.keys()].find((name) => name !== '*');
  checkReferences(routes, upstreams, fallback);
  return {
    ...rest,
    upstreams,
    routes,
    defaultRoute: fallback,
    callers: callers.map(({ key, ...caller }) => ({ ...caller, keyHash: hashKey(key) })),
    anonymous: anonymous ?? callers.length === 0,
  };
}

/** The SHA-256 of a caller's key. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function readRoutes(options: Record<string, z.infer<typeof routeSchema>>): Map<string, RouteSettings> {
  const routes = new Map<string, RouteSettings>();
  for (const [name, { targets }] of Object.entries(options)) {
    const [target] = targets;
    if (target !== undefined) routes.set(name, { name, target });
  }
  return routes;
}

function checkReferences(
  routes: Map<string, RouteSettings>,
  upstreams: Map<string, UpstreamSettings>,
  defaultRoute: string | undefined,
): void {
  const problems = [...routes.values()]
    .filter(({ target }) => !upstreams.has(target.upstream))
    .map(
      ({ name, target }) =>
        `routes.${name}.targets.0.upstream names '${target.upstream}', which is no upstream`,
    );
  if (defaultRoute !== undefined && !routes.has(defaultRoute) && !routes.has('*')) {
    problems.push(`defaultRoute names '${defaultRoute}', which is no route`);
  }
  if (problems.length > 0) throw misconfigured(problems);
}

function misconfigured(problems: readonly string[]): Error {
  return new Error(`Sluice is not configured: ${problems.join('; ')}`);
}
