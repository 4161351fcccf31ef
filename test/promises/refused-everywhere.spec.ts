import { describe, expect, it } from 'vitest';
import { refuses } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { askIn, openai } from '../support/ways.js';

const REQUESTS = 8;
const CONSECUTIVE_FAILURES = 2;

describe('a status that every target answers', () => {
  it.each([401, 403, 408, 409, 425, 429, 500])('costs the retry budget after some %i', async (status) => {
    const route = { retryBudget: { ratio: 0, minimum: 0 } };
    const upstreams = { breaker: { consecutiveFailures: CONSECUTIVE_FAILURES } };
    const fleet = await Fleet.start(['a', 'b'], { route, upstreams });
    for (const name of ['a', 'b']) fleet.at(name).answers(refuses(status));
    for (let requested = 0; requested < REQUESTS; requested += 1) await askIn(openai, fleet.url);
    const attempts = fleet.asked.reduce((one, other) => one + other);
    expect(attempts).toBeLessThanOrEqual(REQUESTS + CONSECUTIVE_FAILURES);
  });
});
