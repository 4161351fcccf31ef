import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompletionCache } from './completion-cache.js';
import type { RelayCompletion } from '../../relay/relay-stream.js';

const MIB = 1024 * 1024;
const answer = (id: string, bytes = 2): RelayCompletion => ({
  id,
  route: 'r',
  target: 'a/m',
  attempts: 1,
  headers: {},
  contentType: 'application/json',
  body: Buffer.alloc(bytes),
});

function keeping(maxBytes = 256 * MIB) {
  const cache = new CompletionCache({
    streamLog: { maxBytesPerStream: MIB, maxBytes, keepSeconds: 60, leaseMs: 6_000 },
  });
  return { kept: cache, has: (...names: string[]) => names.filter((name) => cache.get(name) !== undefined) };
}

describe('CompletionCache', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    // lru-cache takes the time 0 for none.
    vi.advanceTimersByTime(1);
  });
  afterEach(() => void vi.useRealTimers());

  it('keeps an answer as long as a stream is kept, however often it is given', () => {
    const { kept: cache, has } = keeping();
    cache.set('a', answer('1'));
    vi.advanceTimersByTime(59_000);
    expect(cache.get('a')).toEqual({ answer: answer('1'), cache: { status: 'hit', ageSeconds: 59 } });
    vi.advanceTimersByTime(1_001);
    expect(has('a')).toEqual([]);
  });

  it('keeps the last one of a name, and for its own time', () => {
    const { kept: cache } = keeping();
    cache.set('a', answer('1'));
    vi.advanceTimersByTime(59_000);
    cache.set('a', answer('2'));
    vi.advanceTimersByTime(59_000);
    expect(cache.get('a')?.answer.id).toBe('2');
  });

  it('lets go of those that were not asked for the longest when there is no room', () => {
    const { kept: cache, has } = keeping(3 * MIB);
    for (const name of ['a', 'b']) cache.set(name, answer(name, MIB));
    cache.get('a');
    cache.set('c', answer('c', MIB));
    expect(has('a', 'b', 'c')).toEqual(['a', 'c']);
  });

  it('has 64 MiB at the most', () => {
    const { kept: cache, has } = keeping();
    for (const name of ['a', 'b', 'c']) cache.set(name, answer(name, 31 * MIB));
    expect(has('a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('does not keep what has no room at all, and keeps the others', () => {
    const { kept: cache, has } = keeping(3 * MIB);
    cache.set('a', answer('a', MIB));
    cache.set('b', answer('b', 3 * MIB));
    expect(has('a', 'b')).toEqual(['a']);
  });
});
