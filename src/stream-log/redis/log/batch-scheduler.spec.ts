import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchScheduler } from './batch-scheduler.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** When those left that were to leave then. */
function leaving(...due: number[]) {
  const scheduler = new BatchScheduler((leave) => leave());
  const left: number[] = [];
  const cancels = due.map((ms) => scheduler.at(ms, () => left.push(Math.round(performance.now() / 25) * 25)));
  return { departures: scheduler, left, cancels };
}

describe('BatchScheduler', () => {
  it('leave at the step that is nearest, those of one step together', async () => {
    const { left } = leaving(190, 205, 230);
    await vi.advanceTimersByTimeAsync(199);
    expect(left).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(left).toEqual([200, 200]);
    await vi.advanceTimersByTimeAsync(25);
    expect(left).toEqual([200, 200, 225]);
  });

  it('take the next step for what is due already', async () => {
    await vi.advanceTimersByTimeAsync(110);
    const { left } = leaving(0, 100);
    await vi.advanceTimersByTimeAsync(20);
    expect(left).toEqual([125, 125]);
  });

  it('have one timer a step, and none for what was cancelled', async () => {
    const { left, cancels } = leaving(100, 101, 99, 200);
    expect(vi.getTimerCount()).toBe(2);
    for (const cancel of cancels.slice(0, 3)) cancel();
    expect(vi.getTimerCount()).toBe(1);
    cancels[3]?.();
    cancels[3]?.();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(left).toEqual([]);
  });

  it('leave by four a turn of the event loop', () => {
    const { left } = leaving(...Array.from({ length: 10 }, () => 100));
    vi.advanceTimersToNextTimer();
    expect(left).toHaveLength(4);
    vi.advanceTimersToNextTimer();
    expect(left).toHaveLength(8);
    vi.advanceTimersToNextTimer();
    expect(left).toHaveLength(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not take along what is cancelled while it waits for its turn', () => {
    const { left, cancels } = leaving(...Array.from({ length: 6 }, () => 100));
    vi.advanceTimersToNextTimer();
    for (const cancel of cancels) cancel();
    vi.advanceTimersToNextTimer();
    expect(left).toHaveLength(4);
  });

  it('do not take along what is cancelled either where the timer rang early and the step is open again', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(95);
    const { departures, left, cancels } = leaving(...Array.from({ length: 6 }, () => 100));
    vi.advanceTimersToNextTimer();
    departures.at(100, () => undefined);
    for (const cancel of cancels) cancel();
    vi.runAllTimers();
    expect(left).toHaveLength(4);
    clock.mockRestore();
  });

  it('take along what comes while others leave', async () => {
    const { departures, left } = leaving(...Array.from({ length: 6 }, () => 100));
    vi.advanceTimersToNextTimer();
    departures.at(0, () => left.push(-1));
    await vi.advanceTimersByTimeAsync(30);
    expect(left).toHaveLength(7);
    expect(left.at(-1)).toBe(-1);
  });

  it('hand over what leaves in one turn together', () => {
    const turns: number[] = [];
    let left = 0;
    const scheduler = new BatchScheduler((leave) => {
      const before = left;
      leave();
      turns.push(left - before);
    });
    for (let count = 0; count < 6; count += 1) scheduler.at(100, () => (left += 1));
    vi.runAllTimers();
    expect(turns).toEqual([4, 2]);
  });
});
