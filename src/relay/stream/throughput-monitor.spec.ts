import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { ThroughputMonitor } from './throughput-monitor.js';

const WINDOW_MS = 6_400;
/** An alarm may ring two looks late. */
const LATE_MS = 200;
const LEAST_EVENTS = 64;

const guards: ThroughputMonitor[] = [];

function watched(flow = new BackPressure()) {
  const onSlow = vi.fn<() => void>();
  const guard = new ThroughputMonitor({ minTokensPerSecond: 10, windowMs: WINDOW_MS }, flow, onSlow);
  guards.push(guard);
  return { guard, flow, onSlow };
}

const passWindow = () => vi.advanceTimersByTime(WINDOW_MS + LATE_MS);

describe('ThroughputMonitor', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    for (const guard of guards.splice(0)) guard.stop();
    vi.useRealTimers();
  });

  it('tells of a stream that sends too few events in a window, and not before the window is over', () => {
    const { guard, onSlow } = watched();
    guard.count(LEAST_EVENTS - 1);
    vi.advanceTimersByTime(WINDOW_MS - 1);
    expect(onSlow).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1 + LATE_MS);
    expect(onSlow).toHaveBeenCalledOnce();
  });

  it('tells nothing of a stream that sends as many events as it should', () => {
    const { guard, onSlow } = watched();
    for (let count = 0; count < 5; count += 1) {
      guard.count(LEAST_EVENTS);
      passWindow();
    }
    expect(onSlow).not.toHaveBeenCalled();
  });

  it('counts each window by itself', () => {
    const { guard, onSlow } = watched();
    guard.count(100 * LEAST_EVENTS);
    passWindow();
    expect(onSlow).not.toHaveBeenCalled();
    passWindow();
    expect(onSlow).toHaveBeenCalledOnce();
  });

  it('tells once, and leaves neither timer nor listener', () => {
    const flow = new BackPressure();
    const forget = vi.spyOn(flow, 'remove');
    const { guard, onSlow } = watched(flow);
    for (let count = 0; count < 3; count += 1) passWindow();
    expect(onSlow).toHaveBeenCalledOnce();
    expect(forget).toHaveBeenCalledExactlyOnceWith(guard);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not count a window in which the reader paused', () => {
    const { flow, onSlow } = watched();
    vi.advanceTimersByTime(1_000);
    flow.pause();
    flow.resume();
    passWindow();
    expect(onSlow).not.toHaveBeenCalled();
    passWindow();
    expect(onSlow).toHaveBeenCalledOnce();
  });

  it('does not count a window that begins while the reader is paused', () => {
    const flow = new BackPressure();
    flow.pause();
    const { onSlow } = watched(flow);
    for (let count = 0; count < 3; count += 1) passWindow();
    expect(onSlow).not.toHaveBeenCalled();
    flow.resume();
    passWindow();
    expect(onSlow).not.toHaveBeenCalled();
    passWindow();
    expect(onSlow).toHaveBeenCalledOnce();
  });

  it('tells nothing once it is stopped, and leaves neither timer nor listener', () => {
    const flow = new BackPressure();
    const forget = vi.spyOn(flow, 'remove');
    const { guard, onSlow } = watched(flow);
    guard.stop();
    guard.stop();
    passWindow();
    expect(onSlow).not.toHaveBeenCalled();
    expect(forget).toHaveBeenCalledWith(guard);
    expect(vi.getTimerCount()).toBe(0);
  });
});
