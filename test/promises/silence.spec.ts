import { describe, expect, it } from 'vitest';
import { ignores, refuses, streams } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { askIn, openai } from '../support/ways.js';

const TIMEOUT_MS = 100;
/** Longer than anybody waits here. */
const LONG_MS = 60_000;

async function askWhole(url: string) {
  const { path, ...body } = openai.question('r');
  return ask(url + path, { ...body, body: { ...(body.body as object), stream: false } });
}

describe('a target that is silent on whole answers', () => {
  const upstreams = { answerTimeoutMs: TIMEOUT_MS };

  it('is left for the next one after answerTimeoutMs', async () => {
    const fleet = await Fleet.start(['a', 'b'], { upstreams });
    fleet.at('a').answers(ignores());
    const answer = await askWhole(fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
    expect(answer.status).toBe(200);
    expect(fleet.told('attempt-failed')).toMatchObject([{ error: { code: 'timeout-answer' } }]);
    expect(holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('is told as a timeout where no other one is there', async () => {
    const fleet = await Fleet.start(['a'], { upstreams });
    fleet.at('a').answers(ignores());
    const answer = await askWhole(fleet.url);
    expect(answer.status).toBe(504);
    expect(await answer.text()).toContain('"code":"timeout_answer"');
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'timeout-answer' }]);
  });
});

describe('a target that falls silent', () => {
  it('is passed over before anybody has waited for its timeout, and those who wait are served', async () => {
    const fleet = await Fleet.start(['a', 'b'], { upstreams: { firstTokenTimeoutMs: LONG_MS, breaker: {} } });
    for (let requested = 0; requested < 25; requested += 1) await (await askIn(openai, fleet.url)).over;
    fleet.at('a').answers(ignores());
    const waiting = [1, 2, 3].map(() => askIn(openai, fleet.url));
    await expect.poll(() => fleet.asked[0]).toBe(28);
    // Each of these asks the silent one until it is known to be silent, and none waits for it alone then.
    const later: Promise<Awaited<ReturnType<typeof askIn>>>[] = [];
    await expect
      .poll(
        () => {
          later.push(askIn(openai, fleet.url));
          return fleet.asked[1];
        },
        { interval: 100, timeout: 5_000 },
      )
      .toBeGreaterThan(0);
    for (const answer of await Promise.all([...waiting, ...later])) {
      expect(answer.headers['x-sluice-target']).toBe('b/m');
      expect(await openai.text(answer)).not.toBe('');
    }
    const asked = fleet.asked[0];
    expect((await askIn(openai, fleet.url)).headers['x-sluice-attempts']).toBe('1');
    expect(fleet.asked[0]).toBe(asked);
  });
});

describe('a failover to a target that is well', () => {
  it('costs no retry budget', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { retryBudget: { ratio: 0, minimum: 0 } } });
    fleet.at('a').answers(refuses(500));
    for (let requested = 0; requested < 4; requested += 1) {
      expect((await askIn(openai, fleet.url)).status).toBe(200);
    }
    expect(fleet.asked).toEqual([4, 4]);
  });
});

describe('the probe of a target that failed', () => {
  const breaker = { consecutiveFailures: 1, halfOpenAfterMs: 1 };

  it('costs its caller no answer when it fails', async () => {
    const route = { retryBudget: { ratio: 0, minimum: 0 } };
    const fleet = await Fleet.start(['a', 'b'], { upstreams: { breaker }, route });
    fleet.at('a').answers(refuses(503));
    for (let requested = 0; requested < 5; requested += 1) {
      expect((await askIn(openai, fleet.url)).status).toBe(200);
    }
  });

  it('is not waited for alone when it is silent, and is closed when its caller leaves', async () => {
    const fleet = await Fleet.start(['a', 'b'], { upstreams: { firstTokenTimeoutMs: LONG_MS, breaker } });
    fleet.at('a').next(refuses(503)).answers(ignores());
    await (
      await askIn(openai, fleet.url)
    ).over;
    fleet.at('b').answers(streams('one').after(0).thenStalls());
    const { path, ...body } = openai.question('r');
    const served = fleet.at('b').nextRequest();
    const client = askAndLeave(fleet.url + path, body);
    await served;
    const { closed } = fleet.at('a').lastRequest;
    client.leave();
    expect(await closed).toMatchObject({ complete: false });
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });
});
