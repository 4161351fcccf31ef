import { keyFingerprint } from './key-fingerprint.js';
import { Refusals } from './refusals.js';

/** A key in use; undefined for an upstream that needs none. `release` may be called more than once. */
export interface KeyLease {
  readonly key: string | undefined;
  release(): void;
}

/** What an operator may see of a key. */
export interface KeyReport {
  /** The beginning of its SHA-256; `none` if the upstream needs none. */
  readonly fingerprint: string;
  /** The upstream refused it (401): it is used only where all are, until the configuration is read anew. */
  readonly rejected: boolean;
  readonly inUse: number;
  /** The remaining cooldowns, in milliseconds, by scope. */
  readonly restsMs: Readonly<Record<string, number>>;
}

/** Callers may name models: what they named must not fill the memory. */
const MAX_SCOPES = 1_000;

interface KeyState {
  readonly key: string | undefined;
  rejected: boolean;
  inUse: number;
  limitedAt: number;
  /** Until when it rests, by scope: providers limit a key for each model. */
  readonly cooldowns: Map<string, number>;
}

class Lease implements KeyLease {
  #held = true;

  constructor(private readonly state: KeyState) {
    state.inUse += 1;
  }

  get key(): string | undefined {
    return this.state.key;
  }

  release(): void {
    if (this.#held) this.state.inUse -= 1;
    this.#held = false;
  }
}

/**
 * The keys of one upstream. Times are milliseconds of any one clock. What a key is used for is its scope: a key that
 * was limited for one model may still serve another.
 */
export class KeyPool {
  /** By scope. */
  readonly refusals = new Refusals();
  #keys: KeyState[];

  /** `maxPerKey`: how often one key may be in use at once. */
  constructor(
    keys: readonly string[],
    private maxPerKey = Number.POSITIVE_INFINITY,
  ) {
    this.#keys = statesOf(keys, []);
  }

  /** Takes other keys; those that stay keep what is known of them but their refusals, and those in use stay in use. */
  update(keys: readonly string[], maxPerKey = Number.POSITIVE_INFINITY): void {
    this.#keys = statesOf(keys, this.#keys);
    for (const state of this.#keys) state.rejected = false;
    this.refusals.forget();
    this.maxPerKey = maxPerKey;
  }

  /** The key that was limited the longest time ago, or never; of equal ones the least used. Undefined if none is free. */
  take(scope: string, now: number, without: ReadonlySet<string | undefined>): KeyLease | undefined {
    const best = this.#best(scope, now, without);
    return best && new Lease(best);
  }

  /** True if a key could be taken now. */
  has(scope: string, now: number, without: ReadonlySet<string | undefined>): boolean {
    return this.#best(scope, now, without) !== undefined;
  }

  /** The upstream answered 429: the key rests for `forMs` milliseconds, 0 where it did not say. */
  markRateLimited(key: string | undefined, scope: string, now: number, forMs: number): void {
    const state = this.#keys.find((candidate) => candidate.key === key);
    if (state === undefined) return;
    state.limitedAt = now;
    if (forMs <= 0) return;
    if (state.cooldowns.size >= MAX_SCOPES && !state.cooldowns.has(scope))
      forgetExpired(state.cooldowns, now);
    state.cooldowns.set(scope, Math.max(state.cooldowns.get(scope) ?? 0, now + forMs));
  }

  /** The upstream answered 401: the key is set aside. */
  rejected(key: string | undefined): void {
    const state = this.#keys.find((candidate) => candidate.key === key);
    // An upstream without keys may refuse one request and serve the next.
    if (state !== undefined && key !== undefined) state.rejected = true;
  }

  /** Milliseconds until a resting key serves again; undefined if none rests. */
  cooldownMs(scope: string, now: number): number | undefined {
    const waits = this.#fit()
      .map((state) => (state.cooldowns.get(scope) ?? 0) - now)
      .filter((ms) => ms > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  report(now: number): KeyReport[] {
    return this.#keys.map(({ key, rejected, inUse, cooldowns: byScope }) => ({
      fingerprint: key === undefined ? 'none' : keyFingerprint(key),
      rejected,
      inUse,
      restsMs: Object.fromEntries(
        [...byScope]
          .filter(([, until]) => until > now)
          .map(([scope, until]) => [scope, Math.ceil(until - now)]),
      ),
    }));
  }

  #best(scope: string, now: number, without: ReadonlySet<string | undefined>): KeyState | undefined {
    let best: KeyState | undefined;
    for (const state of this.#fit()) {
      if (without.has(state.key) || state.inUse >= this.maxPerKey || isCoolingDown(state, scope, now))
        continue;
      if (best === undefined || comesBefore(state, best)) best = state;
    }
    return best;
  }

  /** Refused keys are better than none. */
  #fit(): readonly KeyState[] {
    const accepted = this.#keys.filter(({ rejected }) => !rejected);
    return accepted.length > 0 ? accepted : this.#keys;
  }
}

function statesOf(keys: readonly string[], known: readonly KeyState[]): KeyState[] {
  const wanted: readonly (string | undefined)[] = keys.length === 0 ? [undefined] : [...new Set(keys)];
  return wanted.map((key) => known.find((state) => state.key === key) ?? newState(key));
}

function newState(key: string | undefined): KeyState {
  return { key, rejected: false, inUse: 0, limitedAt: Number.NEGATIVE_INFINITY, cooldowns: new Map() };
}

function isCoolingDown(state: KeyState, scope: string, now: number): boolean {
  return (state.cooldowns.get(scope) ?? 0) > now;
}

/** Those that are over, and the oldest if none is. */
function forgetExpired(rests: Map<string, number>, now: number): void {
  for (const [scope, until] of rests) if (until <= now) rests.delete(scope);
  const [oldest] = rests.keys();
  if (rests.size >= MAX_SCOPES && oldest !== undefined) rests.delete(oldest);
}

function comesBefore(one: KeyState, other: KeyState): boolean {
  return one.limitedAt === other.limitedAt ? one.inUse < other.inUse : one.limitedAt < other.limitedAt;
}
