import { describe, expect, it } from 'vitest';
import { newStreamId } from './stream-id.js';

describe('newStreamId', () => {
  it('gives ids of version 7 that rise and differ, in their random bits too', () => {
    const ids = Array.from({ length: 3_000 }, () => newStreamId());
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.toSorted()).toEqual(ids);
    // Of 32 random bits two may be the same by chance.
    expect(new Set(ids.map((id) => id.slice(-8))).size).toBeGreaterThan(ids.length - 10);
  });
});
