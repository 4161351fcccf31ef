import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { ConcurrencyLimiter } from './concurrency-limiter.js';

const SETTINGS = { maxConcurrent: 1, maxQueued: 2, queueTimeoutMs: 100 };

function full(): { admission: ConcurrencyLimiter; leave: () => void } {
  const admission = new ConcurrencyLimiter("route 'r'", SETTINGS);
  const place = admission.tryAcquire();
  if (place === undefined) throw new Error('There is no first place');
  return { admission, leave: () => place.release() };
}

/** The order in which waiting callers get in. */
function waitFor(admission: ConcurrencyLimiter, callers: readonly string[]): string[] {
  const entered: string[] = [];
  for (const caller of callers) {
    void admission.acquire(caller, new LightAbortController()).then((place) => {
      entered.push(caller);
      place.release();
    });
  }
  return entered;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('ConcurrencyLimiter', () => {
  it('lets nobody wait who has left already', async () => {
    const admission = new ConcurrencyLimiter('r', { maxConcurrent: 1, maxQueued: 5, queueTimeoutMs: 1_000 });
    admission.tryAcquire();
    const left = new LightAbortController();
    left.abort(new Error('left'));
    await expect(admission.acquire('web', left)).rejects.toThrow('left');
    expect(admission.queued).toBe(0);
  });

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('has as many places as it may, and one more after each release', () => {
    const admission = new ConcurrencyLimiter('r', { ...SETTINGS, maxConcurrent: 2 });
    const first = admission.tryAcquire();
    expect(admission.tryAcquire()).toBeDefined();
    expect(admission.tryAcquire()).toBeUndefined();
    first?.release();
    first?.release();
    expect(admission.inUse).toBe(1);
    expect(admission.tryAcquire()).toBeDefined();
    expect(admission.tryAcquire()).toBeUndefined();
  });

  it('lets in at once where there is room, without a timer', async () => {
    await new ConcurrencyLimiter('r', SETTINGS).acquire('a', new LightAbortController());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets a waiter in when a place becomes free', async () => {
    const { admission, leave } = full();
    const entering = admission.acquire('a', new LightAbortController());
    expect([admission.inUse, admission.queued]).toEqual([1, 1]);
    leave();
    await expect(entering).resolves.toBeDefined();
    expect([admission.inUse, admission.queued]).toEqual([1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets nobody pass those who wait', () => {
    const { admission, leave } = full();
    void admission.acquire('a', new LightAbortController());
    leave();
    expect(admission.tryAcquire()).toBeUndefined();
  });

  it('refuses whoever finds the queue full, with 429 and a wait', async () => {
    const { admission } = full();
    waitFor(admission, ['a', 'b']);
    await expect(admission.acquire('c', new LightAbortController())).rejects.toMatchObject({
      code: 'overloaded',
      status: 429,
      retryAfterMs: 1_000,
      message: "All 1 places of route 'r' are in use, and 2 requests wait already; ask again",
    });
    expect(admission.queued).toBe(2);
  });

  it('refuses at once where nobody may wait', async () => {
    const admission = new ConcurrencyLimiter('r', { ...SETTINGS, maxQueued: 0 });
    admission.tryAcquire();
    await expect(admission.acquire('a', new LightAbortController())).rejects.toMatchObject({
      code: 'overloaded',
    });
  });

  it('refuses who waited too long, and forgets them', async () => {
    const { admission, leave } = full();
    const refusal = admission.acquire('a', new LightAbortController()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(99);
    expect(admission.queued).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await refusal).toMatchObject({
      code: 'overloaded',
      status: 429,
      message: "All 1 places of route 'r' are in use, and none became free within 100 ms; ask again",
    });
    expect(admission.queued).toBe(0);
    leave();
    expect(admission.inUse).toBe(0);
  });

  it('lets a waiter go who leaves, with the reason, and leaves neither timer nor listener', async () => {
    const { admission, leave } = full();
    const stop = new LightAbortController();
    const [listen, forget] = [vi.spyOn(stop, 'addEventListener'), vi.spyOn(stop, 'removeEventListener')];
    const entering = admission.acquire('a', stop);
    stop.abort('gone');
    await expect(entering).rejects.toBe('gone');
    expect(admission.queued).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(forget.mock.calls).toEqual(listen.mock.calls);
    leave();
    expect(admission.inUse).toBe(0);
  });

  it('leaves no listener with a waiter that got in', async () => {
    const { admission, leave } = full();
    const stop = new LightAbortController();
    const [listen, forget] = [vi.spyOn(stop, 'addEventListener'), vi.spyOn(stop, 'removeEventListener')];
    const entering = admission.acquire('a', stop);
    leave();
    await entering;
    expect(listen).toHaveBeenCalledOnce();
    expect(forget.mock.calls).toEqual(listen.mock.calls);
  });

  it('serves one caller in the order of its requests, and callers by turns', async () => {
    const admission = new ConcurrencyLimiter('r', { ...SETTINGS, maxQueued: 10 });
    const place = admission.tryAcquire();
    const entered = waitFor(admission, ['a', 'a', 'a', 'b', 'c', 'b']);
    place?.release();
    await settle();
    expect(entered).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('lets waiters in at once when it gets more places', async () => {
    const { admission } = full();
    const entering = [
      admission.acquire('a', new LightAbortController()),
      admission.acquire('a', new LightAbortController()),
    ];
    admission.update({ ...SETTINGS, maxConcurrent: 3 });
    await Promise.all(entering);
    expect([admission.inUse, admission.queued]).toEqual([3, 0]);
  });

  it('throws nobody out when it gets fewer places, and lets nobody in until there is room', async () => {
    const admission = new ConcurrencyLimiter('r', { ...SETTINGS, maxConcurrent: 3 });
    const places = [admission.tryAcquire(), admission.tryAcquire(), admission.tryAcquire()];
    admission.update(SETTINGS);
    const entered = waitFor(admission, ['a']);
    places[0]?.release();
    places[1]?.release();
    await settle();
    expect([admission.inUse, entered]).toEqual([1, []]);
    places[2]?.release();
    await settle();
    expect([admission.inUse, entered]).toEqual([0, ['a']]);
  });
});
