import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { RouteSettings, SluiceSettings, UpstreamSettings } from '../core/settings.js';
import { ConfigurationError, problemsOf } from './configuration-error.js';
import { optionsSchema, type routeSchema } from './options-schema.js';

/**
 * Checks options and completes them. Throws an Error that names every path that is wrong, and no value;
 * references between paths are checked once each path is right by itself.
 */
export function readSettings(options: unknown): SluiceSettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw new ConfigurationError(problemsOf(parsed.error));
  }
  const { upstreams: byName, routes: routeOptions, defaultRoute, callers, anonymous, ...rest } = parsed.data;
  const upstreams = new Map(
    Object.entries(byName).map(([name, { keys, ...upstream }]): [string, UpstreamSettings] => [
      name,
      { ...upstream, name, key: keys[0] },
    ]),
  );
  const routes = readRoutes(
    routeOptions ?? { '*': { targets: [{ upstream: Object.keys(byName)[0] ?? '' }], aliases: [] } },
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
  for (const [name, { targets, aliases }] of Object.entries(options)) {
    const [target] = targets;
    if (target === undefined) continue;
    const route = { name, target: { upstream: target.upstream, model: target.model } };
    for (const publicName of [name, ...aliases]) routes.set(publicName, route);
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
  if (problems.length > 0) throw new ConfigurationError(problems);
}
