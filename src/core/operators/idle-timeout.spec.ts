import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Flow } from '../flow.js';
import { idleTimeout } from './idle-timeout.js';

const MS = 100;

function watch() {
  const source = new Subject<string>();
  const flow = new Flow();
  const seen: string[] = [];
  const subscription = source.pipe(idleTimeout(MS, flow, () => new Error('idle'))).subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(`! ${error.message}`),
    complete: () => seen.push('|'),
  });
  return { source, flow, seen, subscription };
}

describe('idleTimeout', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('fails when the source says nothing for the time, and not before', () => {
    const { seen, source } = watch();
    vi.advanceTimersByTime(MS - 1);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['! idle']);
    expect(source.observed).toBe(false);
  });

  it('starts anew with each value', () => {
    const { source, seen } = watch();
    for (const value of ['a', 'b', 'c']) {
      vi.advanceTimersByTime(MS - 1);
      source.next(value);
    }
    vi.advanceTimersByTime(MS - 1);
    expect(seen).toEqual(['a', 'b', 'c']);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['a', 'b', 'c', '! idle']);
  });

  it('does not count the silence of a paused flow', () => {
    const { flow, seen } = watch();
    flow.pause();
    vi.advanceTimersByTime(MS * 50);
    expect(seen).toEqual([]);
  });

  it.each([10, MS * 50])('starts afresh when the flow is resumed after %i ms', (pausedMs) => {
    const { flow, seen } = watch();
    vi.advanceTimersByTime(MS - 1);
    flow.pause();
    vi.advanceTimersByTime(pausedMs);
    flow.resume();
    vi.advanceTimersByTime(MS - 1);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['! idle']);
  });

  it('passes values and the end on', () => {
    const { source, seen } = watch();
    source.next('a');
    source.complete();
    expect(seen).toEqual(['a', '|']);
  });

  it('passes a failure on as it is', () => {
    const { source, seen } = watch();
    source.error(new Error('broken'));
    expect(seen).toEqual(['! broken']);
  });

  it.each<[string, (watched: ReturnType<typeof watch>) => void]>([
    ['end', ({ source }) => source.complete()],
    ['failure', ({ source }) => source.error(new Error('broken'))],
    ['unsubscription', ({ subscription }) => subscription.unsubscribe()],
  ])('leaves neither a timer nor a listener after the %s', (_, end) => {
    const watched = watch();
    end(watched);
    expect(vi.getTimerCount()).toBe(0);
    watched.flow.pause();
    watched.flow.resume();
    expect(vi.getTimerCount()).toBe(0);
  });
});
