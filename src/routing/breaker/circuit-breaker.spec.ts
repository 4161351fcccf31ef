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

const settle = () => vi.advanceTimersByTimeAsync(0);

/** Trials that end one after the other. */
async function trials(breaker: CircuitBreaker, ...ends: (keyof BreakerPermit)[]): Promise<void> {
  for (const end of ends) {
    breaker.begin()[end]();
    await settle();
  }
}

const known = (breaker: CircuitBreaker) => [
  breaker.state,
  breaker.allowsLastResort,
  breaker.consecutiveFailures,
];

async function opened(onChange?: (state: BreakerState) => void): Promise<CircuitBreaker> {
  const breaker = new CircuitBreaker(SETTINGS, onChange);
  await trials(breaker, 'failed', 'failed', 'failed', 'failed');
  return breaker;
}

describe('CircuitBreaker', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('begins closed, and lets requests through at once', () => {
    const breaker = new CircuitBreaker(SETTINGS);
    expect([breaker.state, breaker.waitMs]).toEqual(['closed', 0]);
  });

  it('stays closed below the least number of requests', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    await trials(breaker, 'failed', 'failed', 'failed');
    expect(breaker.state).toBe('closed');
    await trials(breaker, 'failed');
    expect(breaker.state).toBe('open');
  });

  it('opens above the failure rate, not at it', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    await trials(breaker, 'succeeded', 'succeeded', 'failed', 'failed');
    expect(breaker.state).toBe('closed');
    await trials(breaker, 'failed');
    expect(breaker.state).toBe('open');
  });

  it('opens after failures in a row, whatever the rate is', async () => {
    const breaker = new CircuitBreaker({ ...SETTINGS, minimumRequests: 1_000, consecutiveFailures: 3 });
    await trials(breaker, 'succeeded', 'failed', 'failed', 'succeeded', 'failed', 'failed', 'neutral');
    expect([breaker.state, breaker.consecutiveFailures]).toEqual(['closed', 2]);
    await trials(breaker, 'failed');
    expect(breaker.state).toBe('open');
  });

  it('does not count failures in a row of what began before it opened', async () => {
    const breaker = new CircuitBreaker({ ...SETTINGS, minimumRequests: 1_000, consecutiveFailures: 3 });
    const running = Array.from({ length: 9 }, () => breaker.begin());
    for (const breakerPermit of running) breakerPermit.failed();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    expect(breaker.waitMs).toBe(0);
    await trials(breaker, 'succeeded');
    expect(breaker.state).toBe('closed');
  });

  it('may be asked as a last resort where failures in a row or silence opened it, and not where the rate did', async () => {
    const inARow = new CircuitBreaker({ ...SETTINGS, minimumRequests: 5, consecutiveFailures: 2 });
    await trials(inARow, 'failed', 'failed');
    expect([inARow.state, inARow.allowsLastResort]).toEqual(['open', true]);
    await trials(inARow, 'failed', 'failed');
    expect(known(inARow)).toEqual(['open', true, 4]);
    await trials(inARow, 'failed');
    expect([inARow.state, inARow.allowsLastResort]).toEqual(['open', false]);
    expect((await opened()).allowsLastResort).toBe(false);
  });

  it('closes when a last resort succeeds', async () => {
    const breaker = new CircuitBreaker({ ...SETTINGS, minimumRequests: 1_000, consecutiveFailures: 2 });
    await trials(breaker, 'failed', 'failed', 'succeeded');
    expect(known(breaker)).toEqual(['closed', false, 0]);
    await trials(breaker, 'failed');
    expect([breaker.state, breaker.consecutiveFailures]).toEqual(['closed', 1]);
  });

  it('does not count the failure of a last resort that began before another one closed it', async () => {
    const breaker = new CircuitBreaker({ ...SETTINGS, minimumRequests: 1_000, consecutiveFailures: 2 });
    await trials(breaker, 'failed', 'failed');
    const [one, other] = [breaker.begin(), breaker.begin()];
    one.succeeded();
    other.failed();
    expect([breaker.state, breaker.consecutiveFailures]).toEqual(['closed', 0]);
  });

  it('opens when its target falls silent, and closes when one that waited is answered', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    const [waiting, other] = [breaker.begin(), breaker.begin()];
    breaker.recordSilence();
    expect([breaker.state, breaker.allowsLastResort]).toEqual(['open', true]);
    other.failed();
    expect(breaker.state).toBe('open');
    waiting.succeeded();
    expect(known(breaker)).toEqual(['closed', false, 0]);
  });

  it('is not moved by the wall clock', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    expect(breaker.waitMs).toBe(0);
    const counting = new CircuitBreaker(SETTINGS);
    await trials(counting, 'failed', 'failed', 'failed');
    vi.setSystemTime(Date.now() + 3_600_000);
    await trials(counting, 'failed');
    expect(counting.state).toBe('open');
  });

  it('stays open for a success that began before the rate opened it', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    const before = breaker.begin();
    await trials(breaker, 'failed', 'failed', 'failed', 'failed');
    before.succeeded();
    breaker.recordSilence();
    expect([breaker.state, breaker.allowsLastResort]).toEqual(['open', false]);
  });

  it('may be asked as a last resort after a failed probe too', async () => {
    const settings = { ...SETTINGS, minimumRequests: 1_000, consecutiveFailures: 2 };
    const breaker = new CircuitBreaker(settings);
    await trials(breaker, 'failed', 'failed');
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'failed');
    expect([breaker.state, breaker.allowsLastResort]).toEqual(['open', true]);
    await trials(breaker, 'neutral');
    expect(breaker.state).toBe('closed');
  });

  it('hears each trial once', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (let count = 0; count < 6; count += 1) {
      const breakerPermit = breaker.begin();
      breakerPermit.succeeded();
      breakerPermit.failed();
      breakerPermit.failed();
      await settle();
    }
    expect(breaker.state).toBe('closed');
  });

  it('does not count a request whose caller left', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    await trials(breaker, 'cancelled', 'cancelled', 'cancelled', 'failed', 'failed', 'failed');
    expect(breaker.state).toBe('closed');
  });

  it('counts a stream that was cut after it had succeeded as a failure in place of a success', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    await trials(breaker, 'succeeded', 'succeeded', 'failed', 'failed');
    expect(breaker.state).toBe('closed');
    breaker.recordLateFailure();
    await settle();
    expect(breaker.state).toBe('open');
  });

  it('counts down until a request may try', async () => {
    const breaker = await opened();
    expect(breaker.waitMs).toBe(HALF_OPEN_AFTER_MS);
    await vi.advanceTimersByTimeAsync(400);
    expect(breaker.waitMs).toBe(600);
    await vi.advanceTimersByTimeAsync(600);
    expect(breaker.waitMs).toBe(0);
  });

  it('lets one probe through, and the others wait', async () => {
    const breaker = await opened();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    breaker.begin();
    expect([breaker.state, breaker.waitMs]).toEqual(['half-open', HALF_OPEN_AFTER_MS]);
    await vi.advanceTimersByTimeAsync(10 * HALF_OPEN_AFTER_MS);
    expect(breaker.waitMs).toBeGreaterThan(0);
  });

  it('closes after a good probe, and forgets the failures', async () => {
    const breaker = await opened();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'succeeded');
    expect([breaker.state, breaker.waitMs]).toEqual(['closed', 0]);
    await trials(breaker, 'failed', 'failed');
    expect(breaker.state).toBe('closed');
  });

  it.each(['failed', 'cancelled'] as const)('opens anew after a probe that is %s', async (end) => {
    const breaker = await opened();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS + 500);
    await trials(breaker, end);
    expect([breaker.state, breaker.waitMs]).toEqual(['open', HALF_OPEN_AFTER_MS]);
  });

  it('does not count later failures while it is open', async () => {
    const breaker = await opened();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    breaker.recordLateFailure();
    await settle();
    expect([breaker.state, breaker.waitMs]).toEqual(['open', 0]);
  });

  it('does not hear what began before it opened, while a probe runs or after it', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    const [before, other] = [breaker.begin(), breaker.begin()];
    await trials(breaker, 'failed', 'failed', 'failed', 'failed');
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    const probe = breaker.begin();
    before.failed();
    await settle();
    expect(breaker.state).toBe('half-open');
    probe.succeeded();
    await settle();
    other.failed();
    await settle();
    expect(breaker.state).toBe('closed');
  });

  it('closes after a probe that was answered, whatever the answer was', async () => {
    const breaker = await opened();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'neutral');
    expect(breaker.state).toBe('closed');
    await trials(breaker, 'neutral', 'neutral', 'neutral', 'failed', 'failed', 'failed');
    expect(breaker.state).toBe('open');
  });

  it('forgets by the time, not by the request', async () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (let minute = 0; minute < 10; minute += 1) {
      await trials(breaker, 'failed');
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(breaker.state).toBe('closed');
  });

  it.each([4, 7, 21, 33])('opens at the failure that makes %d requests', async (minimumRequests) => {
    const breaker = new CircuitBreaker({ ...SETTINGS, minimumRequests });
    await trials(breaker, ...Array.from({ length: minimumRequests - 1 }, () => 'failed' as const));
    expect(breaker.state).toBe('closed');
    await trials(breaker, 'failed');
    expect(breaker.state).toBe('open');
  });

  it('is closed to those who watch it when another takes its place, and tells no more', async () => {
    const reported: BreakerState[] = [];
    const breaker = await opened((state) => reported.push(state));
    breaker.dispose();
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'succeeded');
    expect(reported).toEqual(['open', 'closed']);
  });

  it('tells each new state', async () => {
    const reported: BreakerState[] = [];
    const breaker = await opened((state) => reported.push(state));
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'failed');
    await vi.advanceTimersByTimeAsync(HALF_OPEN_AFTER_MS);
    await trials(breaker, 'succeeded');
    expect(reported).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });
});
