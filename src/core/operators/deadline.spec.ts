import { of, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadline } from './deadline.js';

const MS = 100;

function watch() {
  const source = new Subject<string>();
  const seen: string[] = [];
  const subscription = source.pipe(deadline(MS, () => new Error('over'))).subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(`! ${error.message}`),
    complete: () => seen.push('|'),
  });
  return { source, seen, subscription };
}

describe('deadline', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('fails at its time, however busy the source is', () => {
    const { source, seen } = watch();
    for (let at = 0; at < MS; at += 25) {
      source.next('busy');
      vi.advanceTimersByTime(25);
    }
    expect(seen).toEqual(['busy', 'busy', 'busy', 'busy', '! over']);
    expect(source.observed).toBe(false);
  });

  it('says nothing when the source ends before it', () => {
    const { source, seen } = watch();
    vi.advanceTimersByTime(MS - 1);
    source.complete();
    vi.advanceTimersByTime(MS);
    expect(seen).toEqual(['|']);
  });

  it('leaves no timer when the source ends within the subscription', () => {
    const seen: string[] = [];
    of('a')
      .pipe(deadline(MS, () => new Error('over')))
      .subscribe((value) => seen.push(value));
    expect(seen).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer and no subscription when its reader leaves', () => {
    const { source, subscription } = watch();
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    expect(source.observed).toBe(false);
  });
});
