import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyFailure } from '../../core/relay-event.js';
import { SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from '../../core/sluice-error.js';
import { someTarget } from '../../../test/support/target.js';
import { ConcurrencyLimiter } from '../limits/concurrency-limiter.js';
import { keyFingerprint } from '../keys/key-fingerprint.js';
import { KeyPool } from '../keys/key-pool.js';
import { TargetHealth } from '../target-health.js';
import { TargetLease } from './target-lease.js';

const { id, upstream } = someTarget();
const SCOPE = 'a/asked';
const errorOf = (code: SluiceErrorCode, details: SluiceErrorDetails = {}) =>
  new SluiceError(code, 'no', details);

/** An attempt that began at 1000, and all that it holds. */
function begun(keys: readonly string[] = ['k1']) {
  const state = new TargetHealth(id, upstream.name, upstream.breaker, () => undefined);
  const pool = new KeyPool(keys);
  const admission = new ConcurrencyLimiter('u', upstream);
  const [permit, keyLease] = [admission.tryAcquire(), pool.take(SCOPE, 0, new Set())];
  if (permit === undefined || keyLease === undefined) throw new Error('There is nothing to hold');
  const breakerPermit = {
    succeeded: vi.fn<() => void>(),
    failed: vi.fn<() => void>(),
    neutral: vi.fn<() => void>(),
    cancelled: vi.fn<() => void>(),
  };
  const news: KeyFailure[] = [];
  const { breaker } = upstream;
  const use = new TargetLease(
    state,
    pool,
    { scope: SCOPE, breaker, permit, keyLease, breakerPermit },
    1_000,
    {
      onKeyFailure: (_upstream, failure) => news.push(failure),
    },
  );
  const recordLateFailure = vi.spyOn(state.breaker, 'recordLateFailure');
  const held = () => [state.inFlight, admission.inUse, pool.report(0)[0]?.inUse];
  return { state, pool, trial: breakerPermit, news, use, recordLateFailure, held };
}

describe('TargetLease', () => {
  let attempt: ReturnType<typeof begun>;
  beforeEach(() => void (attempt = begun()));

  it('counts the attempt, and knows its key and its beginning', () => {
    expect(attempt.held()).toEqual([1, 1, 1]);
    expect([attempt.use.key, attempt.use.startedAt, attempt.use.released]).toEqual(['k1', 1_000, false]);
  });

  it.each([undefined, errorOf('upstream-error'), errorOf('client-gone')])(
    'gives back everything once, however it ends (%s)',
    (error) => {
      attempt.use.end(error, 2_000);
      attempt.use.end(errorOf('upstream-error'), 2_000);
      expect(attempt.held()).toEqual([0, 0, 0]);
      expect(attempt.use.released).toBe(true);
    },
  );

  it('notes the time to the first content, once', () => {
    attempt.use.committed(1_250);
    attempt.use.committed(9_000);
    expect(attempt.state.latency.value).toBe(250);
    expect(attempt.trial.succeeded).toHaveBeenCalledOnce();
  });

  it('notes nothing of a content that comes after the end', () => {
    attempt.use.end(errorOf('client-gone'), 1_100);
    attempt.use.committed(1_250);
    attempt.use.markTooSlow();
    expect(attempt.state.latency.value).toBeUndefined();
    expect(attempt.trial.succeeded).not.toHaveBeenCalled();
    expect(attempt.recordLateFailure).not.toHaveBeenCalled();
  });

  it('counts a good end as a success', () => {
    attempt.use.end(undefined, 1_100);
    expect(attempt.trial.succeeded).toHaveBeenCalledOnce();
    expect(attempt.trial.failed).not.toHaveBeenCalled();
    expect(attempt.state.errors.read(1_100)).toEqual({ all: 1, failed: 0 });
  });

  it('counts a failure of the target against it', () => {
    attempt.use.end(errorOf('upstream-overloaded'), 1_100);
    expect(attempt.trial.failed).toHaveBeenCalledOnce();
    expect(attempt.trial.succeeded).not.toHaveBeenCalled();
    expect(attempt.recordLateFailure).not.toHaveBeenCalled();
    expect(attempt.state.errors.read(1_100)).toEqual({ all: 1, failed: 1 });
  });

  it('counts a stream that was cut after its first content as a later failure', () => {
    attempt.use.committed(1_050);
    attempt.use.end(errorOf('upstream-cut'), 1_100);
    expect(attempt.recordLateFailure).toHaveBeenCalledOnce();
    expect(attempt.trial.failed).not.toHaveBeenCalled();
  });

  it('counts a slow stream as a later failure while it continues', () => {
    attempt.use.committed(1_050);
    attempt.use.markTooSlow();
    expect(attempt.recordLateFailure).toHaveBeenCalledOnce();
    expect(attempt.use.released).toBe(false);
  });

  it.each(['upstream-rejected', 'upstream-rate-limited'] as const)(
    'tells the breaker that the target answered, and no more, after %s',
    (code) => {
      attempt.use.end(errorOf(code), 1_100);
      expect(attempt.trial.neutral).toHaveBeenCalledOnce();
      expect(attempt.trial.failed).not.toHaveBeenCalled();
      expect(attempt.trial.succeeded).not.toHaveBeenCalled();
    },
  );

  it.each([
    { code: 'upstream-rate-limited', details: {}, refusals: 1 },
    { code: 'upstream-rate-limited', details: { retryAfterMs: 700 }, refusals: 0 },
    { code: 'upstream-unauthorized', details: { status: 401 }, refusals: 1 },
    { code: 'upstream-unauthorized', details: { status: 403 }, refusals: 1 },
    { code: 'upstream-rejected', details: {}, refusals: 0 },
    { code: 'upstream-error', details: {}, refusals: 0 },
  ] as const)('notes $refusals refusals of a key after $code $details', ({ code, details, refusals }) => {
    const refused = vi.spyOn(attempt.pool.refusals, 'refused');
    attempt.use.end(errorOf(code, details), 1_100);
    expect(refused.mock.calls).toEqual(
      Array.from({ length: refusals }, () => [SCOPE, 1_100, upstream.breaker]),
    );
  });

  it('ends the refusals of a key with its first content, and with a good end', () => {
    const served = vi.spyOn(attempt.pool.refusals, 'served');
    attempt.use.committed(1_100);
    expect(served).toHaveBeenCalledExactlyOnceWith(SCOPE);
    const other = begun();
    const servedToo = vi.spyOn(other.pool.refusals, 'served');
    other.use.end(undefined, 1_100);
    expect(servedToo).toHaveBeenCalledExactlyOnceWith(SCOPE);
  });

  it('takes a target that fails at once for a slow one', () => {
    attempt.use.end(errorOf('upstream-unreachable'), 1_001);
    expect(attempt.state.latency.value).toBe(1_000);
  });

  it('counts nothing of a request whose caller left', () => {
    attempt.use.end(errorOf('client-gone'), 1_100);
    expect(attempt.trial.cancelled).toHaveBeenCalledOnce();
    expect(attempt.state.errors.read(1_100)).toEqual({ all: 0, failed: 0 });
  });

  it('rests a limited key for what it was requested, as long as the upstream wants, and tells it without the key', () => {
    attempt.use.end(errorOf('upstream-rate-limited', { retryAfterMs: 700 }), 1_100);
    expect(attempt.pool.cooldownMs(SCOPE, 1_200)).toBe(600);
    expect(attempt.pool.cooldownMs(id, 1_200)).toBeUndefined();
    expect(attempt.news).toEqual([{ type: 'key-limited', fingerprint: keyFingerprint('k1'), forMs: 700 }]);
  });

  it('rests no key where the upstream does not say how long', () => {
    attempt.use.end(errorOf('upstream-rate-limited'), 1_100);
    expect(attempt.pool.cooldownMs(SCOPE, 1_100)).toBeUndefined();
    expect(attempt.news).toMatchObject([{ type: 'key-limited', forMs: 0 }]);
  });

  it('sets a refused key aside, and tells it', () => {
    attempt.use.end(errorOf('upstream-unauthorized', { status: 401 }), 1_100);
    expect(attempt.pool.report(0)).toMatchObject([{ rejected: true }]);
    expect(attempt.news).toEqual([{ type: 'key-rejected', fingerprint: keyFingerprint('k1'), forMs: 0 }]);
  });

  it('keeps a key that a 403 says nothing of', () => {
    attempt.use.end(errorOf('upstream-unauthorized', { status: 403 }), 1_100);
    expect(attempt.pool.report(0)).toMatchObject([{ rejected: false }]);
    expect(attempt.news).toEqual([]);
  });

  it('tells nothing of a key where the upstream asks for none', () => {
    attempt = begun([]);
    attempt.use.end(errorOf('upstream-unauthorized', { status: 401 }), 1_100);
    expect(attempt.news).toEqual([]);
    expect(attempt.held()).toEqual([0, 0, 0]);
  });
});
