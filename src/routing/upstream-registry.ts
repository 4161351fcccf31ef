import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { KeyFailure, UpstreamEvents } from '../core/relay-event.js';
import {
  SettingsSource,
  type RouteSettings,
  type SluiceSettings,
  type UpstreamSettings,
} from '../core/settings.js';
import { ConcurrencyLimiter } from './limits/concurrency-limiter.js';
import { KeyPool } from './keys/key-pool.js';
import { Quantile } from './latency/quantile.js';
import { RetryBudget } from './failover/retry-budget.js';
import { targetIdOf, type Target } from './target.js';
import { TargetHealth } from './target-health.js';
import type { KeyFailureListener } from './failover/target-lease.js';

/** What is known of one route in this process. */
export class RouteState {
  readonly limiter: ConcurrencyLimiter;
  /** Times to first token, in milliseconds. */
  readonly ttft = new Quantile();
  #budget: RetryBudget;
  #budgetSettings: string;

  constructor(route: RouteSettings) {
    this.limiter = new ConcurrencyLimiter(`route '${route.name}'`, route);
    this.#budget = new RetryBudget(route.retryBudget);
    this.#budgetSettings = JSON.stringify(route.retryBudget);
  }

  get budget(): RetryBudget {
    return this.#budget;
  }

  /** Takes other settings. What was counted is kept if nothing of them changed. */
  update(route: RouteSettings): void {
    this.limiter.update(route);
    const settings = JSON.stringify(route.retryBudget);
    if (settings === this.#budgetSettings) return;
    this.#budgetSettings = settings;
    this.#budget = new RetryBudget(route.retryBudget);
  }
}

/** What this process has learnt of upstreams, their keys, targets and routes. It outlives a reload of the settings. */
@Injectable()
export class UpstreamRegistry implements KeyFailureListener, OnApplicationShutdown {
  /** What an operator should know as it happens. */
  readonly events = new Subject<UpstreamEvents>();
  readonly #pools = new Map<string, KeyPool>();
  readonly #limiters = new Map<string, ConcurrencyLimiter>();
  readonly #targets = new Map<string, TargetHealth>();
  readonly #routes = new Map<string, RouteState>();

  constructor(@Inject(SettingsSource) source: SettingsSource) {
    source.changes.subscribe((settings) => this.#update(settings));
  }

  keyPoolFor({ keyPool, keys, maxConcurrentPerKey }: UpstreamSettings): KeyPool {
    return known(this.#pools, keyPool, () => new KeyPool(keys, maxConcurrentPerKey));
  }

  limiterFor(upstream: UpstreamSettings): ConcurrencyLimiter {
    return known(
      this.#limiters,
      upstream.name,
      () => new ConcurrencyLimiter(`upstream '${upstream.name}'`, upstream),
    );
  }

  healthFor({ id, upstream }: Target): TargetHealth {
    return known(
      this.#targets,
      id,
      () =>
        new TargetHealth(id, upstream.name, upstream.breaker, (state) =>
          this.events.next({ type: 'breaker', target: id, state }),
        ),
    );
  }

  /** The targets of an upstream that were used so far. */
  targetsFor(upstream: string): TargetHealth[] {
    return [...this.#targets.values()].filter((state) => state.upstream === upstream);
  }

  routeStateFor(route: RouteSettings): RouteState {
    return known(this.#routes, route.name, () => new RouteState(route));
  }

  onKeyFailure(upstream: string, failure: KeyFailure): void {
    this.events.next({ ...failure, upstream });
  }

  onApplicationShutdown(): void {
    this.events.complete();
  }

  /** Those that are no longer configured are forgotten; attempts that run still hold what they hold. */
  #update({ upstreams, routes }: SluiceSettings): void {
    const targets = [...routes.values()].flatMap((route) => route.targets);
    const effective = [...upstreams.values(), ...targets.map(({ upstream }) => upstream)];
    keepOnly(
      this.#pools,
      effective.map(({ keyPool }) => keyPool),
    );
    keepOnly(
      this.#limiters,
      effective.map(({ name }) => name),
    );
    keepOnly(
      this.#routes,
      [...routes.values()].map(({ name }) => name),
    );
    for (const upstream of effective) {
      this.#pools.get(upstream.keyPool)?.update(upstream.keys, upstream.maxConcurrentPerKey);
      this.#limiters.get(upstream.name)?.update(upstream);
    }
    const ids = [...routes.values()].flatMap((route) =>
      route.targets.map((target) => targetIdOf(target, route.name)),
    );
    keepOnly(this.#targets, ids, (state) => state.dispose());
    for (const state of this.#targets.values()) {
      const settings = upstreams.get(state.upstream);
      if (settings !== undefined) state.update(settings.breaker);
    }
    for (const route of routes.values()) this.#routes.get(route.name)?.update(route);
  }
}

function known<T>(states: Map<string, T>, name: string, create: () => T): T {
  const state = states.get(name);
  if (state !== undefined) return state;
  const created = create();
  states.set(name, created);
  return created;
}

function keepOnly<T>(
  states: Map<string, T>,
  names: readonly string[],
  forget: (state: T) => void = () => undefined,
): void {
  const wanted = new Set(names);
  for (const [name, state] of states) {
    if (wanted.has(name)) continue;
    states.delete(name);
    forget(state);
  }
}
