import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BreakerState } from '../../core/relay-event.js';
import { CircuitBreaker, type BreakerPermit } from './circuit-breaker.js';

const HALF_OPEN_AFTER_MS = 1_000;
const SETTINGS = {
  failureRate: 0.5,
  windowMs: 10_000,
  minimumRequests: 4,
  consecutiveFailures: 1_000,
  halfOpenAfterMs: HALF_OPEN_AFTER_MS,
};

type End = keyof BreakerPermit;
type Step = 'ask' | 'later' | { readonly end: End; readonly at: number } | number;

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.constantFrom('ask', 'ask', 'ask', 'later'),
  fc.record({
    end: fc.constantFrom<End>('failed', 'failed', 'succeeded', 'neutral', 'cancelled'),
    at: fc.constantFrom(0, 0, 1),
  }),
  fc.integer({ min: 1, max: 2 * HALF_OPEN_AFTER_MS }),
);

/**
 * A breaker beside what may be expected of it. Requests ask it as the relay does: only while `waitMs` is 0. Those that
 * run when it opens end later, and must not be heard.
 */
class Observed {
  readonly faults: string[] = [];
  probes = 0;
  closings = 0;
  #state: BreakerState = 'closed';
  #openedAt = 0;
  #probeEnd: End | undefined;
  #probe: BreakerPermit | undefined;
  readonly #running: BreakerPermit[] = [];
  readonly breaker = new CircuitBreaker(SETTINGS, (state) => this.#changed(state));

  async run(next: Step): Promise<void> {
    if (next === 'ask') this.#request();
    else if (next === 'later') this.breaker.recordLateFailure();
    else if (typeof next === 'object') this.#end(next.at, next.end);
    await vi.advanceTimersByTimeAsync(typeof next === 'number' ? next : 0);
    if (this.breaker.state !== this.#state) this.#fault(`is ${this.breaker.state} and did not tell`);
  }

  #request(): void {
    if (this.breaker.waitMs > 0) {
      if (this.#state === 'closed') this.#fault('keeps a request waiting');
      if (this.#state === 'open' && this.#openForMs() >= HALF_OPEN_AFTER_MS)
        this.#fault('stays open too long');
      return;
    }
    if (this.#state === 'half-open') this.#fault('lets a second probe in');
    if (this.#state === 'open') {
      if (this.#openForMs() < HALF_OPEN_AFTER_MS) this.#fault('lets a probe in too early');
      this.probes += 1;
      this.#probeEnd = undefined;
    }
    const isProbe = this.#state === 'open';
    const breakerPermit = this.breaker.begin();
    if (isProbe) this.#probe = breakerPermit;
    this.#running.push(breakerPermit);
  }

  #end(at: number, end: End): void {
    const [breakerPermit] = this.#running.splice(at, 1);
    if (breakerPermit === undefined) return;
    if (breakerPermit === this.#probe) this.#probeEnd = end;
    breakerPermit[end]();
  }

  #changed(state: BreakerState): void {
    const before = this.#state;
    this.#state = state;
    if (state === 'closed') {
      this.closings += 1;
      if (before !== 'half-open' || !isGood(this.#probeEnd)) this.#fault('closes without a good probe');
    }
    if (state === 'half-open' && before !== 'open') this.#fault('is half open and was not open');
    if (state !== 'open') return;
    if (isGood(this.#probeEnd) && before === 'half-open') this.#fault('opens after a good probe');
    this.#openedAt = performance.now();
    this.#probe = undefined;
  }

  #openForMs(): number {
    return performance.now() - this.#openedAt;
  }

  #fault(what: string): void {
    this.faults.push(what);
  }
}

function isGood(end: End | undefined): boolean {
  return end === 'succeeded' || end === 'neutral';
}

describe('TargetBreaker, whatever its requests come to', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('admits nobody before its time, one probe at a time, and closes by good probes alone', async () => {
    let [probes, closings] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const observed = new Observed();
        for (let count = 0; count < 4; count += 1) observed.breaker.begin().failed();
        for (const next of steps) await observed.run(next);
        expect(observed.faults).toEqual([]);
        probes += observed.probes;
        closings += observed.closings;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(probes, closings)).toBeGreaterThan(50);
  });
});
