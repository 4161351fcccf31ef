import { Inject, Injectable } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings, type UpstreamSettings } from '../core/settings.js';
import type { BreakerState } from '../core/relay-event.js';
import type { KeyReport } from '../routing/keys/key-pool.js';
import type { TargetHealth } from '../routing/target-health.js';
import { UpstreamRegistry } from '../routing/upstream-registry.js';

/** What this process knows of one target. Times are milliseconds. */
export interface TargetReport {
  /** `upstream/model`; `upstream/*` where callers name the model. */
  readonly target: string;
  readonly breaker: BreakerState;
  /** Until a request may try it; 0 while the breaker is closed. */
  readonly triedAgainInMs: number;
  readonly inFlight: number;
  /** A moving average that rises at once, a failure counting as a second at least; null before the first observation. */
  readonly ttftMs: number | null;
  /** Of the last minute. */
  readonly attempts: number;
  readonly failed: number;
}

/** What this process knows of one upstream. */
export interface UpstreamStatus {
  readonly name: string;
  readonly inUse: number;
  readonly queued: number;
  /** By pool: the upstream's own keys, and those of routes that have their own. */
  readonly keys: Readonly<Record<string, readonly KeyReport[]>>;
  /** The targets that were used so far. */
  readonly targets: readonly TargetReport[];
}

/** Tells what this process has learnt of its upstreams. Keys stand in it by their fingerprint. */
@Injectable()
export class UpstreamReport {
  readonly #upstreams: UpstreamRegistry;
  readonly #settings: SluiceSettings;

  constructor(
    @Inject(UpstreamRegistry) upstreams: UpstreamRegistry,
    @Inject(SLUICE_SETTINGS) settings: SluiceSettings,
  ) {
    this.#upstreams = upstreams;
    this.#settings = settings;
  }

  read(): UpstreamStatus[] {
    const now = performance.now();
    return [...this.#settings.upstreams.values()].map((upstream) => this.#statusOf(upstream, now));
  }

  #statusOf(upstream: UpstreamSettings, now: number): UpstreamStatus {
    const { inUse, queued } = this.#upstreams.limiterFor(upstream);
    const used = [...this.#settings.routes.values()].flatMap(({ targets }) =>
      targets.map((target) => target.upstream),
    );
    const pools = [upstream, ...used.filter(({ name }) => name === upstream.name)];
    return {
      name: upstream.name,
      inUse,
      queued,
      keys: Object.fromEntries(
        pools.map((pool) => [pool.keyPool, this.#upstreams.keyPoolFor(pool).report(now)]),
      ),
      targets: this.#upstreams
        .targetsFor(upstream.name)
        .map((target) => reportOf(target, now))
        .toSorted((one, other) => one.target.localeCompare(other.target)),
    };
  }
}

function reportOf({ id, breaker, inFlight, latency, errors }: TargetHealth, now: number): TargetReport {
  const { all, failed } = errors.read(now);
  return {
    target: id,
    breaker: breaker.state,
    triedAgainInMs: breaker.waitMs,
    inFlight,
    ttftMs: latency.value === undefined ? null : Math.round(latency.value),
    attempts: all,
    failed,
  };
}
