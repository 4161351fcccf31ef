import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../config/read-settings.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { ActiveStreams } from './active-streams.js';

const DRAIN_MS = 5_000;

function place(limits: { maxStreams?: number; maxStreamsPerCaller?: number } = {}) {
  const upstreams = { main: { baseUrl: 'http://main' } };
  const active = new ActiveStreams(readSettings({ upstreams, limits, drainMs: DRAIN_MS }));
  const enter = (caller = 'web', controller = new LightAbortController()) =>
    active.acquire(caller, controller);
  return { active, enter };
}

/** True if the promise has settled, after everything that could settle it without the clock. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  await vi.advanceTimersByTimeAsync(0);
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('ActiveStreams', () => {
  it('refuses more streams than the service takes, whoever asks', () => {
    const { active, enter } = place({ maxStreams: 2 });
    enter('web');
    enter('app');
    expect(() => enter('cron')).toThrow(
      expect.objectContaining({ code: 'overloaded', status: 503, retryAfterMs: 1_000 }),
    );
    expect(active.size).toBe(2);
  });

  it('lets stay what has had a place, and refuses the next one', () => {
    const { active, enter } = place({ maxStreams: 1, maxStreamsPerCaller: 1 });
    const first = enter('web');
    const staying = active.keepDrainOpen('web', new LightAbortController());
    first.release();
    expect(() => enter('web')).toThrow(expect.objectContaining({ code: 'overloaded' }));
    staying.release();
    expect(() => enter('web')).not.toThrow();
  });

  it('refuses more streams than one caller may have, and no other caller', () => {
    const { enter } = place({ maxStreamsPerCaller: 1 });
    enter('web');
    expect(() => enter('web')).toThrow(
      expect.objectContaining({ code: 'rate-limited', status: 429, retryAfterMs: 1_000 }),
    );
    expect(() => enter('app')).not.toThrow();
  });

  it('gives a released place to the next, once', () => {
    const { active, enter } = place({ maxStreams: 2, maxStreamsPerCaller: 2 });
    const first = enter();
    enter();
    first.release();
    first.release();
    expect(active.size).toBe(1);
    enter();
    expect(() => enter()).toThrow(expect.objectContaining({ status: 503 }));
  });

  it('counts a caller down once, however often a place is released', () => {
    const { enter } = place({ maxStreamsPerCaller: 2 });
    const first = enter();
    enter();
    first.release();
    first.release();
    enter();
    expect(() => enter()).toThrow(expect.objectContaining({ code: 'rate-limited' }));
  });
});

describe('ActiveStreams in a shutdown', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is over at once when no stream is open', async () => {
    const { active } = place();
    await active.beforeApplicationShutdown();
    expect(active.draining).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes in no more streams', () => {
    const { active, enter } = place();
    enter();
    expect(active.draining).toBe(false);
    void active.beforeApplicationShutdown();
    expect(() => enter()).toThrow(expect.objectContaining({ code: 'shutting-down', status: 503 }));
  });

  it('waits for the last stream and leaves all of them alone', async () => {
    const { active, enter } = place();
    const controller = new LightAbortController();
    const places = [enter('web', controller), enter('app', controller)];
    const over = active.beforeApplicationShutdown();
    vi.advanceTimersByTime(DRAIN_MS - 1);
    places[0]?.release();
    expect(await isSettled(over)).toBe(false);
    places[1]?.release();
    await over;
    expect(controller.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for an answer that goes from its upstream to its client while the service drains', async () => {
    const { active, enter } = place();
    const first = enter();
    const drained = active.beforeApplicationShutdown();
    first.release();
    await Promise.resolve();
    const staying = active.keepDrainOpen('web', new LightAbortController());
    expect(await isSettled(drained)).toBe(false);
    staying.release();
    await drained;
  });

  it('ends what is left at the deadline', async () => {
    const { active, enter } = place();
    const controllers = [new LightAbortController(), new LightAbortController()];
    for (const controller of controllers) {
      const stream = enter('web', controller);
      controller.addEventListener('abort', () => stream.release());
    }
    const over = active.beforeApplicationShutdown();
    vi.advanceTimersByTime(DRAIN_MS - 1);
    expect(controllers.map(({ aborted }) => aborted)).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    await over;
    for (const { reason } of controllers) {
      expect(reason).toMatchObject({ code: 'shutting-down', retryable: true });
    }
    expect(active.size).toBe(0);
  });
});

it('drains once, however often it is asked to', async () => {
  const { active, enter } = place();
  const held = enter();
  const drained = Promise.all([active.beforeApplicationShutdown(), active.beforeApplicationShutdown()]);
  held.release();
  await expect(drained).resolves.toHaveLength(2);
});
