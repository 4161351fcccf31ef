import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startInactivityTimer, type InactivityTimer } from './inactivity-timer.js';

const MS = 640;

const started = (ms = MS, since?: number) => {
  const ring = vi.fn<(timer: InactivityTimer) => void>();
  const timer = startInactivityTimer(ms, { onTimeout: ring }, since);
  return { ring, timer };
};

describe('startInactivityTimer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls its listener after its wait, and again after each further one', () => {
    const { ring, timer } = started();
    vi.advanceTimersByTime(MS - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(MS);
    expect(ring).toHaveBeenCalledTimes(2);
    timer.cancel();
  });

  it('counts from a moment in the past, and says which timer it is', () => {
    vi.advanceTimersByTime(MS);
    const { ring, timer } = started(MS, performance.now() - MS / 2);
    vi.advanceTimersByTime(MS / 2 - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledExactlyOnceWith(timer);
    timer.cancel();
  });

  it('waits its whole time from a reset, also where the first wait began before', () => {
    vi.advanceTimersByTime(MS);
    const { ring, timer } = started(MS, performance.now() - MS / 2);
    timer.reset();
    vi.advanceTimersByTime(MS - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    timer.cancel();
  });

  it('waits again from a reset', () => {
    const { ring, timer } = started();
    vi.advanceTimersByTime(MS - 1);
    timer.reset();
    vi.advanceTimersByTime(MS - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    timer.cancel();
  });

  it('calls nobody for as long as it is reset', () => {
    const { ring, timer } = started();
    for (let waits = 0; waits < 10; waits += 1) {
      vi.advanceTimersByTime(MS - 1);
      timer.reset();
    }
    expect(ring).not.toHaveBeenCalled();
    timer.cancel();
  });

  it('keeps timers of one length apart', () => {
    const first = started();
    vi.advanceTimersByTime(MS / 2);
    const second = started();
    vi.advanceTimersByTime(MS / 2);
    expect([first.ring, second.ring].map((ring) => ring.mock.calls.length)).toEqual([1, 0]);
    first.timer.cancel();
    vi.advanceTimersByTime(MS / 2);
    expect([first.ring, second.ring].map((ring) => ring.mock.calls.length)).toEqual([1, 1]);
    second.timer.cancel();
  });

  it('leaves no timer when it is cancelled, by whomever and however often, and is not begun again by a reset', () => {
    const { timer } = started();
    const other = startInactivityTimer(MS, { onTimeout: () => other.cancel() });
    timer.cancel();
    timer.cancel();
    timer.reset();
    vi.advanceTimersByTime(MS);
    expect(vi.getTimerCount()).toBe(0);
    const again = started();
    vi.advanceTimersByTime(MS);
    expect(again.ring).toHaveBeenCalledTimes(1);
    again.timer.cancel();
  });
});
