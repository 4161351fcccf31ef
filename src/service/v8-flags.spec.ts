import { describe, expect, it, vi } from 'vitest';
import { setV8Flags } from './v8-flags.js';

function flagsOf(share: { workers: number; cores: number }): string[] {
  const setFlags = vi.fn<(flags: string) => void>();
  setV8Flags({ ...share, setFlags });
  return setFlags.mock.calls.flat();
}

describe('setV8Flags', () => {
  it.each([
    { workers: 1, cores: 1 },
    { workers: 2, cores: 2 },
    { workers: 4, cores: 1 },
    { workers: 2, cores: 3 },
  ])(
    'collects and marks on one thread, the old space seldom and the young one early, where $workers processes share $cores cores',
    (share) => {
      expect(flagsOf(share)).toEqual([
        '--no-parallel-scavenge',
        '--no-concurrent-marking',
        '--heap-growing-percent=100',
        '--minor-gc-task-trigger=25',
      ]);
    },
  );

  it.each([
    { workers: 1, cores: 2 },
    { workers: 2, cores: 4 },
  ])('leaves V8 as it is where $workers processes share $cores cores', (share) => {
    expect(flagsOf(share)).toEqual([]);
  });
});
