import { Inject, Injectable } from '@nestjs/common';
import {
  SLUICE_SETTINGS,
  type RouteSettings,
  type SluiceSettings,
  type TargetSettings,
} from '../core/settings.js';
import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import { SluiceError } from '../core/sluice-error.js';
import { DialectRegistry } from '../core/dialect/dialect-registry.js';
import { dialects as builtIn } from '../dialects/index.js';
import { isWildcard, targetIdOf, type Target } from './target.js';

/** Where one request may go. */
export interface Route {
  readonly settings: RouteSettings;
  /** At least one, in the order of the configuration. */
  readonly targets: readonly Target[];
}

/** A public model, and which upstream its first target names. It holds nothing that only the operator may know. */
export interface PublicRoute {
  readonly id: string;
  /** The upstream's name. */
  readonly upstream: string;
  /** No model writes its answers. */
  readonly simulated: boolean;
}

/** Finds the route of a model name. */
@Injectable()
export class Routes {
  /** Of routes whose targets do not depend on what the caller named. */
  readonly #fixed = new WeakMap<RouteSettings, Route>();

  constructor(
    @Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry = builtIn,
  ) {}

  /** The route for a model's name, or the default route without one. Throws `model-not-found`. */
  find(name: string | undefined): Route {
    const { routes, defaultRoute } = this.settings;
    const requested = name ?? defaultRoute;
    if (requested === undefined)
      throw new SluiceError('invalid-request', "Missing 'model': this service has no default");
    const exact = isWildcard(requested) ? undefined : routes.get(requested);
    if (exact !== undefined && !isWildcard(exact.name)) return this.#fixedRoute(exact);
    if (exact !== undefined) return this.#routeFor(exact, requested);
    const wildcard = longestMatch(routes, requested);
    if (wildcard === undefined) {
      throw new SluiceError(
        'model-not-found',
        'The model does not exist here; GET /v1/models lists those that do',
      );
    }
    const [pattern, settings] = wildcard;
    // A folder is the route's own word for the upstream; any other beginning belongs to the model's name.
    return this.#routeFor(settings, pattern.endsWith('/*') ? requested.slice(pattern.length - 1) : requested);
  }

  /** The grace of a model's streams, in seconds; undefined if no route sets one. */
  graceOf(name: string | undefined): number | undefined {
    return this.#settingsOf(name)?.graceSeconds;
  }

  /** True for a model whose answers another target may continue. */
  letsContinue(name: string | undefined): boolean {
    return this.#settingsOf(name)?.continuation === true;
  }

  /** Whether identical requests for a model share one answer, where they do not say it themselves. */
  sharesOf(name: string | undefined): boolean {
    return this.#settingsOf(name)?.share ?? false;
  }

  /** The public models and the upstream that serves each first. */
  list(): PublicRoute[] {
    return [...this.settings.routes].flatMap(([id, { targets }]) => {
      const [first] = targets;
      return first === undefined || isWildcard(id) ? [] : [publicRoute(id, first)];
    });
  }

  /** The public model of a name that a request may give, one that only a pattern takes included. */
  read(name: string): PublicRoute | undefined {
    const [first] = this.#settingsOf(name)?.targets ?? [];
    return first && publicRoute(name, first);
  }

  #settingsOf(name: string | undefined): RouteSettings | undefined {
    const { routes, defaultRoute } = this.settings;
    const requested = name ?? defaultRoute;
    if (requested === undefined) return undefined;
    return routes.get(requested) ?? longestMatch(routes, requested)?.[1];
  }

  #fixedRoute(settings: RouteSettings): Route {
    const known = this.#fixed.get(settings);
    if (known !== undefined) return known;
    const route = this.#routeFor(settings, settings.name);
    this.#fixed.set(settings, route);
    return route;
  }

  /** `asked` is the model for targets without one of their own. */
  #routeFor(settings: RouteSettings, requested: string): Route {
    const targets = settings.targets.map((target) =>
      targetOf(target, settings.name, requested, this.dialects.upstream(target.upstream.dialect)),
    );
    return { settings, targets };
  }
}

function publicRoute(id: string, { upstream: { name, simulated } }: TargetSettings): PublicRoute {
  return { id, upstream: name, simulated };
}

/** The longest pattern that the name begins like; `*` last. */
function longestMatch(
  routes: SluiceSettings['routes'],
  name: string,
): readonly [string, RouteSettings] | undefined {
  let best: readonly [string, RouteSettings] | undefined;
  for (const [pattern, route] of routes) {
    if (!isWildcard(pattern) || !name.startsWith(pattern.slice(0, -1))) continue;
    if (name.length >= pattern.length && pattern.length > (best?.[0].length ?? 0)) best = [pattern, route];
  }
  return best;
}

function targetOf(
  target: TargetSettings,
  routeName: string,
  requested: string,
  dialect: UpstreamDialect,
): Target {
  const { upstream, weight, continues } = target;
  const model = target.model ?? requested;
  return {
    id: targetIdOf(target, routeName),
    name: `${upstream.name}/${model}`,
    upstream,
    dialect,
    model,
    weight,
    continues,
  };
}
