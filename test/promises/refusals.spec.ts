import { describe, expect, it } from 'vitest';
import { refuses } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { askIn, ways } from '../support/ways.js';

describe.each(ways)('a target that refuses its key, over $name', (way) => {
  it.each([401, 403, 429])('comes last after several answers of %d in a row', async (status) => {
    const breaker = { consecutiveFailures: 2, halfOpenAfterMs: 60_000 };
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { breaker } } });
    fleet.at('a').answers(refuses(status));
    for (let requested = 0; requested < 5; requested += 1) {
      expect((await askIn(way, fleet.url)).headers['x-sluice-target']).toBe('b/m');
    }
    expect(fleet.asked).toEqual([2, 5]);
  });
});
