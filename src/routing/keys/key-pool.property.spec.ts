import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyPool, type KeyLease } from './key-pool.js';

const KEYS = ['k1', 'k2', 'k3'];
const MAX_PER_KEY = 2;

interface Known {
  readonly key: string;
  readonly rests: Map<string, number>;
  rejected: boolean;
  inUse: number;
}

const key = fc.constantFrom(...KEYS);
const scope = fc.constantFrom('m', 'n');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('take' as const), scope }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('release' as const), at: fc.nat(20) }) },
  fc.record({ type: fc.constant('limited' as const), key, scope, forMs: fc.nat(100) }),
  fc.record({ type: fc.constant('rejected' as const), key }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(60) }),
  fc.record({ type: fc.constant('update' as const), keys: fc.subarray(KEYS, { minLength: 1 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A pool beside what may be expected of it. */
class Observed {
  readonly pool = new KeyPool(KEYS, MAX_PER_KEY);
  readonly leases: { readonly lease: KeyLease; readonly known: Known }[] = [];
  /** What it lent or kept against the rules. */
  readonly faults: string[] = [];
  known = KEYS.map(fresh);
  #now = 0;

  run(next: Step): void {
    switch (next.type) {
      case 'take':
        return this.#take(next.scope);
      case 'release':
        return this.release(next.at);
      case 'limited': {
        const { rests } = this.#find(next.key) ?? fresh(next.key);
        if (next.forMs > 0)
          rests.set(next.scope, Math.max(rests.get(next.scope) ?? 0, this.#now + next.forMs));
        return this.pool.markRateLimited(next.key, next.scope, this.#now, next.forMs);
      }
      case 'rejected': {
        const found = this.#find(next.key);
        if (found !== undefined) found.rejected = true;
        return this.pool.rejected(next.key);
      }
      case 'wait':
        this.#now += next.ms;
        return;
      case 'update':
        this.known = next.keys.map((name) => this.#find(name) ?? fresh(name));
        for (const state of this.known) state.rejected = false;
        this.pool.update(next.keys, MAX_PER_KEY);
    }
  }

  /** Twice, as a holder may. */
  release(at: number): void {
    const [entry] = this.leases.slice(at, at + 1);
    if (entry === undefined) return;
    entry.lease.release();
    entry.lease.release();
    this.leases.splice(at, 1);
    entry.known.inUse -= 1;
  }

  inUse(): number[] {
    return this.pool.report(this.#now).map(({ inUse }) => inUse);
  }

  #take(requested: string): void {
    const accepted = this.known.filter(({ rejected }) => !rejected);
    const fit = (accepted.length > 0 ? accepted : this.known).filter(
      ({ rests, inUse }) => (rests.get(requested) ?? 0) <= this.#now && inUse < MAX_PER_KEY,
    );
    const lease = this.pool.take(requested, this.#now, new Set());
    const known = fit.find((state) => state.key === lease?.key);
    if (lease === undefined ? fit.length > 0 : known === undefined) {
      this.faults.push(`lent ${lease?.key}, and fit were: ${fit.map((state) => state.key).join()}`);
    }
    if (lease === undefined || known === undefined) return;
    known.inUse += 1;
    this.leases.push({ lease, known });
  }

  #find(name: string): Known | undefined {
    return this.known.find((state) => state.key === name);
  }
}

function fresh(name: string): Known {
  return { key: name, rests: new Map(), rejected: false, inUse: 0 };
}

describe('KeyPool, whatever is done with it in whatever order', () => {
  it('lends a key that is fit if there is one, and no other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const observed = new Observed();
        for (const next of steps) {
          observed.run(next);
          expect(observed.inUse()).toEqual(observed.known.map(({ inUse }) => inUse));
        }
        expect(observed.faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('has nothing in use once every lease is released', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const observed = new Observed();
        for (const next of steps) observed.run(next);
        while (observed.leases.length > 0) observed.release(0);
        observed.pool.update(KEYS);
        expect(observed.inUse()).toEqual([0, 0, 0]);
      }),
    );
  });
});
