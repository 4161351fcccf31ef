import type { INestApplication } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../../src/core/settings.js';
import { ActiveStreams } from '../../src/index.js';
import { Routes } from '../../src/routing/routes.js';
import { UpstreamRegistry } from '../../src/routing/upstream-registry.js';

/** What the requests of a host hold now. */
export interface Holdings {
  readonly streams: number;
  /** Of upstreams and routes. */
  readonly places: number;
  /** Those who wait for a place. */
  readonly queued: number;
  readonly keysInUse: number;
  /** Attempts. */
  readonly inFlight: number;
  /** Breakers that wait for what a trial shows. */
  readonly trials: number;
}

export const NOTHING: Holdings = { streams: 0, places: 0, queued: 0, keysInUse: 0, inFlight: 0, trials: 0 };

/** Counts what is held, over every upstream, key, target and route. */
export function holdings(app: INestApplication): Holdings {
  const upstreams = app.get(UpstreamRegistry);
  const settings = app.get<SluiceSettings>(SLUICE_SETTINGS);
  const routes = [...settings.routes.keys()].map((name) => app.get(Routes).find(name.replace('*', 'any')));
  const targets = routes.flatMap((route) => route.targets);
  const used = [...settings.upstreams.values(), ...targets.map(({ upstream }) => upstream)];
  // Several names lead to one of each.
  const admissions = [
    ...new Set([
      ...used.map((upstream) => upstreams.limiterFor(upstream)),
      ...routes.map((route) => upstreams.routeStateFor(route.settings).limiter),
    ]),
  ];
  const pools = [...new Set(used.map((upstream) => upstreams.keyPoolFor(upstream)))];
  const states = [...new Set(targets.map((target) => upstreams.healthFor(target)))];
  return {
    streams: app.get(ActiveStreams).size,
    places: sum(admissions.map(({ inUse }) => inUse)),
    queued: sum(admissions.map(({ queued }) => queued)),
    keysInUse: sum(pools.flatMap((pool) => pool.report(performance.now()).map(({ inUse }) => inUse))),
    inFlight: sum(states.map(({ inFlight }) => inFlight)),
    trials: states.filter(({ breaker }) => breaker.state === 'half-open').length,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
