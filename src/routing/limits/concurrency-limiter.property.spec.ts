import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { ConcurrencyLimiter, type Permit } from './concurrency-limiter.js';

const QUEUE_TIMEOUT_MS = 100;
const SETTINGS = { maxConcurrent: 2, maxQueued: 4, queueTimeoutMs: QUEUE_TIMEOUT_MS };

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('enter' as const), caller: fc.constantFrom('a', 'b', 'c') }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('release' as const), at: fc.nat(3) }) },
  fc.record({ type: fc.constant('abort' as const), at: fc.nat(10) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(70) }),
  fc.record({ type: fc.constant('update' as const), maxConcurrent: fc.integer({ min: 1, max: 3 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Asked {
  readonly stop: LightAbortController;
  readonly listens: () => number;
  outcome: 'waits' | 'in' | 'refused' | 'left';
}

/** An admission, and what became of everyone who asked. */
class Observed {
  readonly admission = new ConcurrencyLimiter('r', SETTINGS);
  readonly asked: Asked[] = [];
  readonly places: Permit[] = [];
  max = SETTINGS.maxConcurrent;

  /** Lets all promises settle. */
  async run(next: Step): Promise<void> {
    if (next.type === 'enter') this.#enter(next.caller);
    if (next.type === 'release') this.#release(next.at);
    if (next.type === 'abort') this.asked[next.at]?.stop.abort('left');
    if (next.type === 'update') {
      this.max = next.maxConcurrent;
      this.admission.update({ ...SETTINGS, maxConcurrent: this.max });
    }
    await vi.advanceTimersByTimeAsync(next.type === 'wait' ? next.ms : 0);
  }

  count(outcome: Asked['outcome']): number {
    return this.asked.filter((one) => one.outcome === outcome).length;
  }

  #enter(caller: string): void {
    const stop = new LightAbortController();
    const [listen, forget] = [vi.spyOn(stop, 'addEventListener'), vi.spyOn(stop, 'removeEventListener')];
    const one: Asked = {
      stop,
      listens: () => listen.mock.calls.length - forget.mock.calls.length,
      outcome: 'waits',
    };
    this.asked.push(one);
    this.admission.acquire(caller, stop).then(
      (place) => {
        one.outcome = 'in';
        this.places.push(place);
      },
      (error: unknown) => {
        one.outcome = error === 'left' ? 'left' : 'refused';
      },
    );
  }

  #release(at: number): void {
    const [place] = this.places.splice(at, 1);
    place?.release();
    place?.release();
  }
}

describe('Admission, whatever is asked of it in whatever order', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('never lets too many in, and lets nobody wait while there is room', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const observed = new Observed();
        const { admission } = observed;
        for (const next of steps) {
          const before = observed.count('in');
          await observed.run(next);
          expect(admission.inUse).toBe(observed.places.length);
          expect(admission.inUse <= observed.max || observed.count('in') === before).toBe(true);
          expect(admission.queued).toBe(observed.count('waits'));
          expect(admission.queued).toBeLessThanOrEqual(SETTINGS.maxQueued);
          expect(admission.queued === 0 || admission.inUse >= observed.max).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('loses nobody, and has all places, no timer and no listener left in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const observed = new Observed();
        for (const next of steps) await observed.run(next);
        await observed.run({ type: 'wait', ms: QUEUE_TIMEOUT_MS });
        expect(observed.count('waits')).toBe(0);
        while (observed.places.length > 0) await observed.run({ type: 'release', at: 0 });
        const { inUse, queued } = observed.admission;
        expect({ inUse, queued, timers: vi.getTimerCount() }).toEqual({ inUse: 0, queued: 0, timers: 0 });
        expect(observed.asked.filter(({ listens }) => listens() !== 0)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('serves each caller once before any caller twice, and each in the order of its requests', async () => {
    const callers = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(callers, async (waiting) => {
        const admission = new ConcurrencyLimiter('r', { ...SETTINGS, maxConcurrent: 1, maxQueued: 20 });
        const first = admission.tryAcquire();
        const served: string[] = [];
        const names = waiting.map((caller, at) => {
          const turn = waiting.slice(0, at).filter((other) => other === caller).length;
          return { caller, turn, first: waiting.indexOf(caller) };
        });
        for (const { caller, turn } of names) {
          void admission.acquire(caller, new LightAbortController()).then((place) => {
            served.push(`${caller}${turn}`);
            place.release();
          });
        }
        first?.release();
        await vi.advanceTimersByTimeAsync(0);
        const expected = names.toSorted((one, other) => one.turn - other.turn || one.first - other.first);
        expect(served).toEqual(expected.map(({ caller, turn }) => `${caller}${turn}`));
      }),
      { numRuns: 200 },
    );
  });
});
