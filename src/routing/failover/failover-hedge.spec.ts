import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failOver, NOTHING_HELD, upstreamsWith } from '../../../test/support/failing-over.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { UpstreamRegistry } from '../upstream-registry.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Twenty requests whose first content came after 100 ms. */
function learned(fields: Record<string, unknown> = {}): UpstreamRegistry {
  const upstreams = upstreamsWith();
  for (let request = 0; request < 20; request += 1) {
    const { last } = failOver(['a', 'b'], { hedge: true, ...fields }, { upstreams });
    vi.advanceTimersByTime(100);
    last().commits();
    last().stop(new SluiceError('client-gone', 'left'));
  }
  return upstreams;
}

describe('Failover with a hedge', () => {
  it('begins a second attempt when the first is slower than most, and cancels the loser', () => {
    const {
      tries,
      asked: requested,
      outcome,
      types,
      held,
    } = failOver(['a', 'b'], { hedge: true }, { upstreams: learned() });
    vi.advanceTimersByTime(99);
    expect(requested()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(requested()).toEqual(['a', 'b']);
    tries[1]?.commits();
    expect(outcome.won?.target.name).toBe('b/m');
    expect(tries[0]?.stopped?.code).toBe('cancelled');
    expect(types()).toEqual(['attempt-started', 'attempt-started', 'attempt-superseded']);
    tries[1]?.stop(new SluiceError('client-gone', 'left'));
    expect(held()).toEqual([NOTHING_HELD, NOTHING_HELD]);
  });

  it('continues the other when one of two fails', () => {
    const {
      tries,
      asked: requested,
      outcome,
    } = failOver(['a', 'b', 'c'], { hedge: true }, { upstreams: learned() });
    vi.advanceTimersByTime(100);
    expect(requested()).toEqual(['a', 'b']);
    tries[0]?.fails('upstream-cut');
    expect(requested()).toEqual(['a', 'b']);
    tries[1]?.commits();
    expect(outcome.won?.target.name).toBe('b/m');
  });

  it('takes each second attempt from the retry budget, and begins none without', () => {
    const upstreams = learned({ retryBudget: { ratio: 0, minimum: 1 } });
    const attempts = [1, 2].map(() => {
      const { asked: requested, last } = failOver(['a', 'b'], { hedge: true }, { upstreams });
      vi.advanceTimersByTime(100);
      last().commits();
      return requested();
    });
    expect(attempts).toEqual([['a', 'b'], ['a']]);
  });

  it('begins none before it knows what is slow, or without being asked to', () => {
    const unknown = failOver(['a', 'b'], { hedge: true });
    const off = failOver(['a', 'b'], {}, { upstreams: learned() });
    vi.advanceTimersByTime(10_000);
    expect(unknown.asked()).toEqual(['a']);
    expect(off.asked()).toEqual(['a']);
  });
});
