import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failOver, upstreamsWith } from '../../../test/support/failing-over.js';
import { routeOf } from '../../../test/support/target.js';
import { SluiceError, type SluiceErrorCode } from '../../core/sluice-error.js';

/** What can happen to an attempt before it commits, and after. */
const failures = [
  'upstream-overloaded',
  'upstream-rate-limited',
  'upstream-unauthorized',
  'upstream-cut',
] as const;
const ends = [...failures, 'upstream-rejected', 'timeout-first-token', 'commit', 'empty', 'leave'] as const;
const laterEnds = ['finish', 'upstream-cut', 'leave'] as const;

const STREAMS = 10_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Failover, whatever becomes of its attempts', () => {
  it('holds nothing after ten thousand streams that ended in every way', () => {
    const upstreams = upstreamsWith();
    const settings = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [
        name,
        { keys: ['k1', 'k2'], breaker: { minimumRequests: STREAMS }, maxConcurrentPerKey: STREAMS },
      ]),
    );
    // Reading the settings again for each stream would take most of the time.
    const route = routeOf(['a', 'b', 'c'], { maxAttempts: 3, hedge: true }, settings);
    const story = fc.record({
      before: fc.array(fc.constantFrom(...ends), { maxLength: 4 }),
      later: fc.constantFrom(...laterEnds),
    });
    const reached = new Set<string>();
    for (const { before, later } of fc.sample(story, { numRuns: STREAMS, seed: 17 })) {
      const run = failOver(['a', 'b', 'c'], {}, { upstreams, route });
      const leave = new SluiceError('client-gone', 'left');
      for (const end of before) {
        const attempt = run.tries.at(-1);
        if (attempt === undefined || run.failover.over) break;
        reached.add(end);
        if (end === 'commit') attempt.commits();
        else if (end === 'empty') attempt.endsEmpty();
        else if (end === 'leave') run.failover.stop(leave);
        else attempt.fails(end satisfies SluiceErrorCode);
      }
      if (!run.failover.over) run.failover.stop(leave);
      const { won } = run.outcome;
      reached.add(later);
      if (later === 'finish') won?.use.end(undefined, performance.now());
      else won?.stop(later === 'leave' ? leave : new SluiceError(later, 'cut'));
      // One story has one end: it won, gave up, or was left.
      expect([run.outcome.won, run.outcome.error].filter(Boolean).length).toBeLessThanOrEqual(1);
    }
    expect(reached).toEqual(new Set([...ends, ...laterEnds]));
    const { held } = failOver(['a', 'b', 'c'], {}, { upstreams, settings });
    const [first, ...others] = held();
    // But for the one that has just begun.
    expect(first).toEqual([1, 1, [1, 0]]);
    expect(others).toEqual([
      [0, 0, [0, 0]],
      [0, 0, [0, 0]],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
