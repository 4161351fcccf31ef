import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failOver, NOTHING_HELD, upstreamsWith } from '../../../test/support/failing-over.js';
import { SluiceError, type SluiceErrorCode } from '../../core/sluice-error.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Failover', () => {
  it('asks the next target when one fails, and ends with the one that commits', () => {
    const { last, asked: requested, outcome, types, held } = failOver(['a', 'b']);
    last().fails('upstream-overloaded');
    last().commits();
    expect(requested()).toEqual(['a', 'b']);
    expect(outcome.won?.target.name).toBe('b/m');
    expect(types()).toEqual(['attempt-started', 'attempt-failed', 'attempt-started']);
    last().stop(new SluiceError('client-gone', 'left'));
    expect(held()).toEqual([NOTHING_HELD, NOTHING_HELD]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<SluiceErrorCode>(['upstream-rejected', 'internal', 'timeout-total'])(
    'does not try again after %s',
    (code) => {
      const { last, asked: requested, outcome } = failOver(['a', 'b']);
      last().fails(code);
      expect(requested()).toEqual(['a']);
      expect(outcome.error?.code).toBe(code);
    },
  );

  it('asks with the next key at once when one was limited, and with none twice', () => {
    const settings = { a: { keys: ['k1', 'k2'] } };
    const { last, tries, outcome } = failOver(['a'], {}, { settings });
    last().fails('upstream-rate-limited');
    last().fails('upstream-rate-limited');
    expect(tries.map(({ use }) => use.key)).toEqual(['k1', 'k2']);
    expect(outcome.error?.code).toBe('upstream-rate-limited');
  });

  it('tells the last error when nothing is left to try', () => {
    const { last, outcome } = failOver(['a', 'b']);
    last().fails('upstream-error');
    last().fails('timeout-first-token');
    expect(outcome.error?.code).toBe('timeout-first-token');
  });

  it('stops after as many attempts as the route allows', () => {
    const { last, asked: requested, outcome } = failOver(['a', 'b', 'c'], { maxAttempts: 2 });
    last().fails('upstream-error');
    last().fails('upstream-error');
    expect(requested()).toEqual(['a', 'b']);
    expect(outcome.error).toBeDefined();
  });

  it('asks all of them again after a back-off where more attempts are allowed', () => {
    const { last, asked: requested, outcome } = failOver(['a', 'b'], { maxAttempts: 3 });
    last().fails('upstream-error');
    last().fails('upstream-error');
    expect(requested()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(124);
    expect(requested()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1);
    expect(requested()).toEqual(['a', 'b', 'a']);
    last().commits();
    expect(outcome.won).toBeDefined();
  });

  it('does not wait for longer than a caller would', () => {
    const { last, outcome } = failOver(['a'], { maxAttempts: 3 });
    last().fails('upstream-overloaded', { retryAfterMs: 60_000 });
    expect(outcome.error?.retryAfterMs).toBe(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not wait for a round that would come after the total time', () => {
    const { last, outcome } = failOver(['a'], { maxAttempts: 3, totalTimeoutMs: 100 });
    last().fails('upstream-error');
    expect(outcome.error?.code).toBe('upstream-error');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('retries no more than the budget allows, but for what no upstream has seen', () => {
    const upstreams = upstreamsWith();
    const none = { retryBudget: { ratio: 0, minimum: 0 } };
    const refused = failOver(['a', 'b'], none, { upstreams });
    refused.last().fails('upstream-unreachable', { notSent: true });
    expect(refused.asked()).toEqual(['a', 'b']);
    refused.last().fails('upstream-error');
    expect(refused.outcome.error).toBeDefined();
    const failed = failOver(['a', 'b'], none, { upstreams });
    failed.last().fails('upstream-error');
    expect(failed.asked()).toEqual(['a']);
    expect(failed.held()).toEqual([NOTHING_HELD, NOTHING_HELD]);
  });

  it('takes nothing from the budget for another target that is believed well', () => {
    const upstreams = upstreamsWith();
    const one = { retryBudget: { ratio: 0, minimum: 1 } };
    const { route } = failOver(['a', 'b'], one, { upstreams });
    const { budget } = upstreams.routeStateFor(route.settings);
    for (let request = 0; request < 3; request += 1) {
      const { last, asked: requested } = failOver(['a', 'b'], {}, { upstreams, route });
      last().fails('upstream-error');
      expect(requested()).toEqual(['a', 'b']);
      expect(budget.has(performance.now())).toBe(true);
      if (request < 2) last().commits();
      else last().fails('upstream-error');
    }
    const { last, asked } = failOver(['a', 'b'], {}, { upstreams, route });
    last().fails('upstream-error');
    expect(asked()).toEqual(['a', 'b']);
    expect(budget.has(performance.now())).toBe(false);
  });

  it('passes an open breaker over, and says when to come back if nobody else is there', async () => {
    const upstreams = upstreamsWith();
    const settings = { a: { breaker: { minimumRequests: 1, windowMs: 5_000, halfOpenAfterMs: 8_000 } } };
    failOver(['a'], {}, { upstreams, settings }).last().fails('upstream-error');
    await vi.advanceTimersByTimeAsync(0);
    expect(failOver(['a', 'b'], {}, { upstreams, settings }).asked()).toEqual(['b']);
    const alone = failOver(['a'], {}, { upstreams, settings });
    expect(alone.asked()).toEqual([]);
    expect(alone.outcome.error).toMatchObject({ code: 'upstream-overloaded', retryAfterMs: 8_000 });
  });

  it('waits for a place where every target is full, and gives it up when it is stopped', async () => {
    const upstreams = upstreamsWith();
    const settings = { a: { maxConcurrent: 1 } };
    const first = failOver(['a'], {}, { upstreams, settings });
    const [second, third] = [
      failOver(['a'], {}, { upstreams, settings }),
      failOver(['a'], {}, { upstreams, settings }),
    ];
    expect(second.asked()).toEqual([]);
    third.failover.stop(new SluiceError('client-gone', 'left'));
    first.last().stop(new SluiceError('client-gone', 'left'));
    await vi.advanceTimersByTimeAsync(0);
    expect(second.asked()).toEqual(['a']);
    expect(third.asked()).toEqual([]);
    second.failover.stop(new SluiceError('client-gone', 'left'));
    expect(second.held()).toEqual([NOTHING_HELD]);
    const [target] = second.route.targets;
    expect(target && upstreams.limiterFor(target.upstream).queued).toBe(0);
  });

  it('takes an empty answer only where nobody else can give one', () => {
    const two = failOver(['a', 'b']);
    two.last().endsEmpty();
    expect(two.asked()).toEqual(['a', 'b']);
    two.last().endsEmpty();
    expect(two.outcome.won?.target.name).toBe('b/m');
  });

  it('ends what runs when it is stopped, and hears nothing afterwards', () => {
    const { failover, last, outcome, held, types } = failOver(['a', 'b']);
    const attempt = last();
    failover.stop(new SluiceError('client-gone', 'left'));
    expect(attempt.stopped?.code).toBe('client-gone');
    attempt.fails('upstream-cut');
    attempt.commits();
    expect(outcome).toEqual({});
    expect(held()).toEqual([NOTHING_HELD, NOTHING_HELD]);
    expect(types()).toEqual(['attempt-started']);
  });
});
