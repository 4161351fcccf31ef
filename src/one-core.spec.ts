import { describe, expect, it, vi } from 'vitest';
import { fitToCores } from './one-core.js';

function flagsOf(share: { workers: number; cores: number }): string[] {
  const setFlags = vi.fn<(flags: string) => void>();
  fitToCores({ ...share, setFlags });
  return setFlags.mock.calls.flat();
}

describe('fitToCores', () => {
  it.each([
    { workers: 1, cores: 1 },
    { workers: 2, cores: 2 },
    { workers: 4, cores: 1 },
    { workers: 2, cores: 3 },
  ])('collects on one thread where $workers processes share $cores cores', (share) => {
    expect(flagsOf(share)).toEqual(['--no-parallel-scavenge']);
  });

  it.each([
    { workers: 1, cores: 2 },
    { workers: 2, cores: 4 },
  ])('leaves V8 its threads where $workers processes share $cores cores', (share) => {
    expect(flagsOf(share)).toEqual([]);
  });
});
