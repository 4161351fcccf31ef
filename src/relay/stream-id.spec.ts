import { describe, expect, it } from 'vitest';
import { newStreamId } from './stream-id.js';

describe('newStreamId', () => {
  it('gives 32 digits, and never the same twice', () => {
    const ids = Array.from({ length: 3_000 }, () => newStreamId());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('draws every bit', () => {
    const counts = Array.from({ length: 128 }, () => 0);
    for (let left = 1_000; left > 0; left -= 1) {
      const bits = BigInt(`0x${newStreamId()}`);
      for (const bit of counts.keys()) counts[bit] = (counts[bit] ?? 0) + Number((bits >> BigInt(bit)) & 1n);
    }
    // Twelve standard deviations off is no chance.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(190);
  });
});
