import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startInactivityTimer, type InactivityTimer } from './inactivity-timer.js';

const MS = 640;
/** A 64th of the wait. */
const LOOK_MS = 10;

const rung = (ms = MS, since?: number) => {
  const ring = vi.fn<(alarm: InactivityTimer) => void>();
  const alarm = startInactivityTimer(ms, { onTimeout: ring }, since);
  return { ring, alarm };
};

describe('startInactivityTimer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('rings after its wait, and again after each further one', () => {
    const { ring, alarm } = rung();
    vi.advanceTimersByTime(MS - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(MS);
    expect(ring).toHaveBeenCalledTimes(2);
    alarm.cancel();
  });

  it('counts from a moment that has been, and says which alarm it is', () => {
    vi.advanceTimersByTime(MS);
    const { ring, alarm } = rung(MS, performance.now() - MS / 2);
    vi.advanceTimersByTime(MS / 2 - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledExactlyOnceWith(alarm);
    alarm.cancel();
  });

  it('waits anew from a touch, and two looks longer at the most', () => {
    const { ring, alarm } = rung();
    vi.advanceTimersByTime(MS - 1);
    alarm.reset();
    vi.advanceTimersByTime(MS);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 * LOOK_MS);
    expect(ring).toHaveBeenCalledTimes(1);
    alarm.cancel();
  });

  it('does not ring for as long as it is touched', () => {
    const { ring, alarm } = rung();
    for (let waits = 0; waits < 10; waits += 1) {
      vi.advanceTimersByTime(MS - 1);
      alarm.reset();
    }
    expect(ring).not.toHaveBeenCalled();
    alarm.cancel();
  });

  it('looks four times a second at the least, however long the wait is', () => {
    const { ring, alarm } = rung(60_000);
    vi.advanceTimersByTime(59_900);
    alarm.reset();
    vi.advanceTimersByTime(60_500);
    expect(ring).toHaveBeenCalledTimes(1);
    alarm.cancel();
  });

  it('keeps alarms of one length apart, on one timer', () => {
    const first = rung();
    vi.advanceTimersByTime(MS / 2);
    const second = rung();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(MS / 2);
    expect([first.ring, second.ring].map((ring) => ring.mock.calls.length)).toEqual([1, 0]);
    first.alarm.cancel();
    vi.advanceTimersByTime(MS / 2);
    expect([first.ring, second.ring].map((ring) => ring.mock.calls.length)).toEqual([1, 1]);
    second.alarm.cancel();
  });

  it('leaves no timer when the last alarm is cancelled, by whomever and however often', () => {
    const { alarm } = rung();
    const other = startInactivityTimer(MS, { onTimeout: () => other.cancel() });
    alarm.cancel();
    alarm.cancel();
    vi.advanceTimersByTime(MS);
    expect(vi.getTimerCount()).toBe(0);
    const again = rung();
    vi.advanceTimersByTime(MS);
    expect(again.ring).toHaveBeenCalledTimes(1);
    again.alarm.cancel();
  });
});
