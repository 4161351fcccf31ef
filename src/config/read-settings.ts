import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ANONYMOUS_NAME } from '../core/chat-request.js';
import { ownTenant } from '../core/own-tenant.js';
import type { RouteSettings, SluiceSettings, UpstreamSettings } from '../core/settings.js';
import { ConfigurationError, problemsOf } from './configuration-error.js';
import { optionsSchema, routeSchema } from './options-schema.js';
import { readDialects, unknownDialects } from './read-dialects.js';

type UpstreamOptions = z.infer<typeof optionsSchema>['upstreams'][string];
type RouteOptions = z.infer<typeof routeSchema>;
type AccessOptions = Pick<z.infer<typeof optionsSchema>, 'callers' | 'anonymous' | 'caller'>;
type AccessSettings = Pick<SluiceSettings, 'callers' | 'anonymous' | 'openByDefault' | 'caller'>;

const TIMEOUTS = [
  'headersTimeoutMs',
  'firstTokenTimeoutMs',
  'answerTimeoutMs',
  'idleTimeoutMs',
  'totalTimeoutMs',
] as const;

/**
 * Checks options and completes them. Throws an Error that names every path that is wrong, and no value;
 * references between paths are checked once each path is right by itself.
 */
export function readSettings(given: unknown, dialects = readDialects(given)): SluiceSettings {
  const parsed = optionsSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigurationError([...problemsOf(parsed.error), ...unknownDialects(given, dialects)]);
  }
  const { upstreams: byName, routes: routeOptions, defaultRoute, dialects: _, ...rest } = parsed.data;
  const upstreams = new Map(
    Object.entries(byName).map(([name, upstream]) => [name, upstreamSettings(name, upstream)]),
  );
  const problems: string[] = unknownDialects(given, dialects);
  const options = routeOptions ?? everythingTo(Object.keys(byName)[0] ?? '');
  const routes = readRoutes(options, upstreams, problems);
  const fallback = defaultRoute ?? [...routes.keys()].find((name) => !name.endsWith('*'));
  if (fallback !== undefined && !leadsSomewhere(fallback, routes)) {
    problems.push(`defaultRoute names '${fallback}', which is no route`);
  }
  const { callers, anonymous } = rest;
  if (anonymous === true) problems.push(...anonymousOwners(callers));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    ...rest,
    ...readAccess(rest),
    ticketSecret: rest.ticketSecret,
    redisUrl: rest.redisUrl,
    upstreams,
    routes,
    defaultRoute: fallback,
  };
}

function readAccess({ callers, anonymous, caller }: AccessOptions): AccessSettings {
  const saysWhoMay = callers.length > 0 || caller !== undefined;
  return {
    callers: callers.map(({ name, tenant = ownTenant('key', name), key }) => ({
      name,
      tenant,
      keyHash: hashKey(key),
    })),
    anonymous: anonymous ?? !saysWhoMay,
    openByDefault: anonymous === undefined && !saysWhoMay,
    caller,
  };
}

function upstreamSettings(name: string, upstream: UpstreamOptions): UpstreamSettings {
  return {
    ...upstream,
    name,
    keyPool: name,
    maxConcurrent: placesOf(upstream),
    slowStream: upstream.slowStream,
    tls: upstream.tls,
    proxy: upstream.proxy === false ? undefined : upstream.proxy,
    defaultTemperature: upstream.defaultTemperature === false ? undefined : upstream.defaultTemperature,
  };
}

/** Callers without a key own what they start under a name of their own. */
function anonymousOwners(
  callers: readonly { readonly name: string; readonly tenant?: string | undefined }[],
): string[] {
  return callers.flatMap(({ name, tenant }, index) =>
    (tenant ?? name) === ANONYMOUS_NAME
      ? [`callers.${index} would share its streams with callers without a key: they are '${ANONYMOUS_NAME}'`]
      : [],
  );
}

/** More than its keys can serve need not be let in: they would find no key. */
function placesOf(upstream: {
  readonly maxConcurrent: number;
  readonly maxConcurrentPerKey: number;
  readonly keys: readonly string[];
}): number {
  const { maxConcurrent, maxConcurrentPerKey, keys } = upstream;
  return Math.min(maxConcurrent, maxConcurrentPerKey * Math.max(1, keys.length));
}

/** The SHA-256 of a caller's key. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function everythingTo(upstream: string): Record<string, RouteOptions> {
  return { '*': routeSchema.parse({ targets: [{ upstream }] }) };
}

function readRoutes(
  options: Record<string, RouteOptions>,
  upstreams: ReadonlyMap<string, UpstreamSettings>,
  problems: string[],
): Map<string, RouteSettings> {
  const routes = new Map<string, RouteSettings>();
  for (const [name, route] of Object.entries(options)) {
    const settings = readRoute(name, route, upstreams, problems);
    for (const publicName of [name, ...route.aliases]) {
      if (routes.has(publicName))
        problems.push(`routes.${name} names '${publicName}', which another route has`);
      routes.set(publicName, settings);
    }
  }
  return routes;
}

function readRoute(
  name: string,
  { targets, strategy, maxAttempts, retryBudget, hedge, ...options }: RouteOptions,
  upstreams: ReadonlyMap<string, UpstreamSettings>,
  problems: string[],
): RouteSettings {
  const { continuation, graceSeconds, share, ...rest } = options;
  const { maxConcurrent, maxQueued, queueTimeoutMs, ...overrides } = rest;
  const known = targets.flatMap(({ upstream: upstreamName, ...target }, index) => {
    const upstream = upstreams.get(upstreamName);
    if (upstream !== undefined)
      return [{ ...target, model: target.model, upstream: withOverrides(upstream, name, overrides) }];
    problems.push(`routes.${name}.targets.${index}.upstream names '${upstreamName}', which is no upstream`);
    return [];
  });
  if (overrides.keys !== undefined && new Set(targets.map(({ upstream }) => upstream)).size > 1) {
    problems.push(`routes.${name}.keys would be sent to several upstreams`);
  }
  const admission = { maxConcurrent, maxQueued, queueTimeoutMs };
  return {
    name,
    strategy,
    targets: known,
    maxAttempts,
    retryBudget,
    hedge,
    continuation,
    graceSeconds,
    share,
    ...admission,
  };
}

/** The upstream as one route uses it. Keys of a route's own are a pool of their own. */
function withOverrides(
  upstream: UpstreamSettings,
  route: string,
  options: Partial<RouteOptions>,
): UpstreamSettings {
  const { keys, headers, maxRequestBytes } = options;
  const timeouts = Object.fromEntries(
    TIMEOUTS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const nothing = keys === undefined && headers === undefined && maxRequestBytes === undefined;
  if (nothing && Object.keys(timeouts).length === 0) return upstream;
  return {
    ...upstream,
    ...timeouts,
    headers: { ...upstream.headers, ...headers },
    maxRequestBytes: Math.min(upstream.maxRequestBytes, maxRequestBytes ?? upstream.maxRequestBytes),
    ...(keys !== undefined && { keys, keyPool: `${upstream.name} of route ${route}` }),
  };
}

function leadsSomewhere(name: string, routes: ReadonlyMap<string, RouteSettings>): boolean {
  return (
    routes.has(name) ||
    [...routes.keys()].some((route) => route.endsWith('*') && name.startsWith(route.slice(0, -1)))
  );
}
