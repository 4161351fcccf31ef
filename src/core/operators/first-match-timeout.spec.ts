import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { firstMatchTimeout } from './first-match-timeout.js';

const MS = 100;

const isContent = (value: string) => value.startsWith('content');

function watch() {
  const source = new Subject<string>();
  const seen: string[] = [];
  const subscription = source.pipe(firstMatchTimeout(MS, isContent, () => new Error('late'))).subscribe({
    next: (value) => seen.push(value),
    error: (error: Error) => seen.push(`! ${error.message}`),
    complete: () => seen.push('|'),
  });
  return { source, seen, subscription };
}

describe('firstMatchTimeout', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('fails when only other values came in time', () => {
    const { source, seen } = watch();
    source.next('role');
    vi.advanceTimersByTime(MS - 1);
    source.next('role');
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['role', 'role', '! late']);
    expect(source.observed).toBe(false);
  });

  it('waits for ever once a value has matched', () => {
    const { source, seen } = watch();
    vi.advanceTimersByTime(MS - 1);
    source.next('content');
    source.next('role');
    vi.advanceTimersByTime(MS * 50);
    expect(seen).toEqual(['content', 'role']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails at once, and not in the past, when no time is left', () => {
    const source = new Subject<string>();
    const failed = vi.fn<(error: unknown) => void>();
    source
      .pipe(
        firstMatchTimeout(
          -5,
          () => true,
          () => new Error('late'),
        ),
      )
      .subscribe({ error: failed });
    expect(failed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(failed).toHaveBeenCalledOnce();
  });

  it.each<[string, (watched: ReturnType<typeof watch>) => void, string[]]>([
    ['end', ({ source }) => source.complete(), ['|']],
    ['failure', ({ source }) => source.error(new Error('broken')), ['! broken']],
    ['unsubscription', ({ subscription }) => subscription.unsubscribe(), []],
  ])('leaves no timer after the %s', (_, end, expected) => {
    const watched = watch();
    end(watched);
    expect(vi.getTimerCount()).toBe(0);
    expect(watched.seen).toEqual(expected);
  });
});
