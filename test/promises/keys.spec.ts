import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keyFingerprint } from '../../src/routing/keys/key-fingerprint.js';
import { refuses, streams } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { HeldAnswer } from '../support/held-answer.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { askIn, openai, ways } from '../support/ways.js';
import { SOON } from '../support/soon.js';

const [ONE, TWO, THREE] = ['sk-first-secret', 'sk-second-secret', 'sk-third-secret'] as const;
const keys = [ONE, TWO, THREE];

function limited(seconds?: number) {
  return refuses(429, seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } });
}

/** The keys that an upstream was asked with, in order. */
function keysAsked(fleet: Fleet, name = 'a'): (string | undefined)[] {
  return fleet.at(name).requests.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
}

describe.each(ways)('keys over $name', (way) => {
  it('uses the next key at once where one is limited, and for the next requests', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { keys } } });
    fleet.at('a').next(limited(30));
    const answer = await askIn(way, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'a/m', 'x-sluice-attempts': '2' });
    expect(await way.text(answer)).toBe('Hello from the scripted upstream.');
    for (let requested = 0; requested < 2; requested += 1) await way.text(await askIn(way, fleet.url));
    expect(keysAsked(fleet)).toEqual([ONE, TWO, TWO, TWO]);
    expect(fleet.asked).toEqual([4, 0]);
    expect(fleet.told('key-limited', 'key-rejected')).toEqual([
      { type: 'key-limited', upstream: 'a', fingerprint: keyFingerprint(ONE), forMs: 30_000 },
    ]);
    expect(holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('sets a refused key aside and uses the next one', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { keys } } });
    fleet.at('a').next(refuses(401), refuses(401));
    const answer = await askIn(way, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'a/m', 'x-sluice-attempts': '3' });
    await way.text(answer);
    await way.text(await askIn(way, fleet.url));
    expect(keysAsked(fleet)).toEqual([ONE, TWO, THREE, THREE]);
    expect(fleet.told('key-limited', 'key-rejected')).toEqual([
      { type: 'key-rejected', upstream: 'a', fingerprint: keyFingerprint(ONE), forMs: 0 },
      { type: 'key-rejected', upstream: 'a', fingerprint: keyFingerprint(TWO), forMs: 0 },
    ]);
    expect(fleet.told('attempt-failed').map(({ error }) => error.status)).toEqual([401, 401]);
  });

  it('tells a fingerprint in its events, and never a key', async () => {
    const fleet = await Fleet.start(['a'], { upstreams: { keys } });
    const echo = { error: { message: `Incorrect API key provided: ${ONE}`, key: TWO } };
    fleet
      .at('a')
      .next(refuses(401, { body: echo }), refuses(429, { body: echo }), refuses(500, { body: echo }));
    const answer = await askIn(way, fleet.url);
    expect(answer.status).toBe(502);
    await answer.over;
    const reported = inspect(fleet.events, { depth: 20, showHidden: true }) + answer.received;
    expect(reported).toContain(keyFingerprint(ONE));
    for (const key of keys) expect(reported).not.toContain(key);
  });

  it('answers 429 with Retry-After, and asks nobody, where every key is limited', async () => {
    const fleet = await Fleet.start(['a'], { upstreams: { keys: [ONE, TWO] } });
    fleet.at('a').next(limited(40), limited(20));
    const first = await askIn(way, fleet.url);
    expect(first.status).toBe(429);
    expect(first.headers['retry-after']).toBe('20');
    const second = await askIn(way, fleet.url);
    expect(second.status).toBe(429);
    expect(second.headers['x-should-retry']).toBe('true');
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(15);
    expect(Number(second.headers['retry-after'])).toBeLessThanOrEqual(20);
    await second.over;
    expect(fleet.asked).toEqual([2]);
    expect(fleet.told('ended')).toMatchObject([{ attempts: 2 }, { attempts: 0, target: undefined }]);
    expect(holdings(fleet.host.app)).toEqual(NOTHING);
  });
});

describe('a key', () => {
  it('that is limited for one model serves another', async () => {
    const routes = { other: { targets: [{ upstream: 'a', model: 'n' }] } };
    const fleet = await Fleet.start(['a'], { upstreams: { keys: [ONE] }, routes });
    fleet.at('a').next(limited(30));
    expect((await askIn(openai, fleet.url)).status).toBe(429);
    expect((await askIn(openai, fleet.url, 'other')).status).toBe(200);
    expect((await askIn(openai, fleet.url)).status).toBe(429);
    expect(fleet.at('a').requests.map(({ model }) => model)).toEqual(['m', 'n']);
  });

  it('that is limited for no known time is asked after the others', async () => {
    const fleet = await Fleet.start(['a'], { upstreams: { keys: [ONE, TWO] } });
    fleet.at('a').next(limited());
    for (let requested = 0; requested < 2; requested += 1) await openai.text(await askIn(openai, fleet.url));
    fleet.at('a').next(limited());
    await openai.text(await askIn(openai, fleet.url));
    expect(keysAsked(fleet)).toEqual([ONE, TWO, TWO, TWO, ONE]);
    expect(fleet.told('key-limited').map(({ forMs }) => forMs)).toEqual([0, 0]);
  });

  it('that rests is used again after its time', async () => {
    const fleet = await Fleet.start(['a'], { upstreams: { keys: [ONE] } });
    fleet.at('a').next(refuses(429, { headers: { 'retry-after-ms': '60' } }));
    expect((await askIn(openai, fleet.url)).status).toBe(429);
    await expect.poll(async () => (await askIn(openai, fleet.url)).status, SOON).toBe(200);
    expect(keysAsked(fleet)).toEqual([ONE, ONE]);
  });

  it('that was refused is better than none', async () => {
    const fleet = await Fleet.start(['a'], { upstreams: { keys: [ONE, TWO] } });
    fleet.at('a').next(refuses(401), refuses(401));
    expect((await askIn(openai, fleet.url)).status).toBe(401);
    expect((await askIn(openai, fleet.url)).status).toBe(200);
    expect(fleet.asked).toEqual([3]);
  });

  it('gives way to the next target once the last one of its pool is limited', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { keys: [ONE, TWO] }, b: { keys: [THREE] } } });
    fleet.at('a').answers(limited(30));
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '3' });
    await answer.over;
    await openai.text(await askIn(openai, fleet.url));
    expect(keysAsked(fleet)).toEqual([ONE, TWO]);
    expect(keysAsked(fleet, 'b')).toEqual([THREE, THREE]);
  });

  it('is used as often at once as it may be, and the others beside it', async () => {
    const fleet = await Fleet.start(['a'], {
      upstreams: { keys: [ONE, TWO], maxConcurrentPerKey: 1, queueTimeoutMs: 50 },
    });
    fleet.at('a').answers(streams('one', ' two').after(1).thenStalls());
    const answers = [await askIn(openai, fleet.url), await askIn(openai, fleet.url)];
    expect(keysAsked(fleet)).toEqual([ONE, TWO]);
    expect((await askIn(openai, fleet.url)).status).toBe(429);
    expect(holdings(fleet.host.app)).toMatchObject({ keysInUse: 2, inFlight: 2 });
    const end = fleet.host.nextEnd();
    answers[1]?.leave();
    await end;
    const held = new HeldAnswer('one', ' two');
    fleet.at('a').answers(held);
    held.release();
    expect((await askIn(openai, fleet.url)).status).toBe(200);
    expect(keysAsked(fleet)).toEqual([ONE, TWO, TWO]);
  });
});
