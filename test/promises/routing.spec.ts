import { describe, expect, it } from 'vitest';
import { refuses, streams } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { askIn, openai, ways } from '../support/ways.js';

const a = { upstream: 'a', model: 'm' };
const b = { upstream: 'b', model: 'm' };
/** So small that it is never drawn while there is another. */
const NEVER = 1e-12;

/** Asks as often, one after the other. */
async function askOften(fleet: Fleet, times: number): Promise<void> {
  for (let requested = 0; requested < times; requested += 1) {
    const answer = await askIn(openai, fleet.url);
    expect(answer.status).toBe(200);
    await answer.text();
  }
}

describe('a route’s strategy', () => {
  it('asks the first target, in order', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'order' } });
    await askOften(fleet, 10);
    expect(fleet.asked).toEqual([10, 0]);
  });

  it.each([
    { first: 1, second: NEVER, asked: [10, 0] },
    { first: NEVER, second: 1, asked: [0, 10] },
  ])('asks by the weights $first and $second', async ({ first, second, asked: requested }) => {
    const targets = [
      { ...a, weight: first },
      { ...b, weight: second },
    ];
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'weight', targets } });
    await askOften(fleet, 10);
    expect(fleet.asked).toEqual(requested);
  });

  it('asks every target of equal weights', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'weight' } });
    // Once in 2 to the power of 39 it does not.
    await askOften(fleet, 40);
    expect(Math.min(...fleet.asked)).toBeGreaterThan(0);
  });

  it('asks a target of little weight when the one of much weight fails', async () => {
    const targets = [
      { ...a, weight: NEVER },
      { ...b, weight: 1 },
    ];
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'weight', targets } });
    fleet.at('b').answers(refuses(503));
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'a/m', 'x-sluice-attempts': '2' });
  });

  it('asks the target with the shortest latency once it knows both', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'latency' } });
    fleet.at('a').answers(streams('slow').paced(600, 0));
    await askOften(fleet, 10);
    expect(fleet.asked).toEqual([1, 9]);
  });

  it('asks the slower target when the faster one fails', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { strategy: 'latency' } });
    fleet.at('a').answers(streams('slow').paced(600, 0));
    await askOften(fleet, 2);
    fleet.at('b').answers(refuses(503));
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'a/m', 'x-sluice-attempts': '2' });
  });
});

describe.each(ways)('the names of a route over $name', (way) => {
  it('lead to its targets by an alias', async () => {
    const fleet = await Fleet.start(['a', 'b'], { route: { aliases: ['fast', 'org/faster'] } });
    fleet.at('a').answers(refuses(503));
    for (const alias of ['fast', 'org/faster']) {
      const answer = await askIn(way, fleet.url, alias);
      expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
      expect(await way.text(answer)).toBe('Hello from the scripted upstream.');
    }
    expect(fleet.at('b').requests.map(({ model }) => model)).toEqual(['m', 'm']);
    expect(fleet.told('ended').map(({ stream }) => stream.route)).toEqual(['r', 'r']);
  });

  it('pass what stands for the * on as the model, to each target', async () => {
    const routes = { 'openai/*': { targets: [{ upstream: 'a' }, { upstream: 'b' }] } };
    const fleet = await Fleet.start(['a', 'b'], { routes });
    fleet.at('a').answers(refuses(503));
    for (const model of ['gpt-4o', 'ft:gpt-4o/mine']) {
      const answer = await askIn(way, fleet.url, `openai/${model}`);
      expect(answer.headers).toMatchObject({ 'x-sluice-target': `b/${model}`, 'x-sluice-attempts': '2' });
      expect(fleet.at('a').lastRequest.model).toBe(model);
      expect(fleet.at('b').lastRequest.model).toBe(model);
    }
  });

  it('lead to the longest pattern, and to a name of its own before that', async () => {
    const routes = {
      '*': { targets: [{ upstream: 'a', model: 'any' }] },
      'org/*': { targets: [{ upstream: 'a', model: 'org' }] },
      'org/team/*': { targets: [{ upstream: 'a' }] },
      'org/team/own': { targets: [{ upstream: 'a', model: 'own' }] },
    };
    const fleet = await Fleet.start(['a'], { routes });
    for (const name of ['x', 'org/x', 'org/team/x', 'org/team/own']) await askIn(way, fleet.url, name);
    expect(fleet.at('a').requests.map(({ model }) => model)).toEqual(['any', 'org', 'x', 'own']);
  });

  it.each(['openai/', 'openai', 'other/gpt-4o'])('do not lead anywhere from %s', async (name) => {
    const routes = { 'openai/*': { targets: [{ upstream: 'a' }] } };
    const fleet = await Fleet.start(['a'], { routes });
    expect((await askIn(way, fleet.url, name)).status).toBe(404);
    expect(fleet.asked).toEqual([0]);
  });
});
