import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ignores, refuses, streams } from '../../src/testing/index.js';
import type { RouteOptions } from '../../src/index.js';
import { Fleet } from '../support/fleet.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { askAndLeave } from '../support/http-client.js';
import { askIn, openai, ways } from '../support/ways.js';

const USUAL_MS = 100;

/** A fleet whose route knows how long its first target usually takes: after that it hedges. */
async function experienced(names: readonly string[], route: Partial<RouteOptions> = {}): Promise<Fleet> {
  const fleet = await Fleet.start(names, { route: { hedge: true, ...route } });
  fleet.at('a').answers(streams('usual').paced(USUAL_MS, 0));
  const ask = async () => (await askIn(openai, fleet.url)).over;
  await Promise.all(Array.from({ length: 25 }, ask));
  for (const name of names) fleet.at(name).reset();
  fleet.events.length = 0;
  return fleet;
}

describe.each(ways)('hedging over $name', (way) => {
  it('asks the next target beside the first when that is slow, and closes the slower one', async () => {
    const fleet = await experienced(['a', 'b']);
    fleet.at('a').answers(ignores());
    fleet.at('b').answers(streams('fast'));
    const answer = await askIn(way, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
    expect(await way.text(answer)).toBe('fast');
    expect(await fleet.at('a').lastRequest.closed).toMatchObject({ complete: false });
    expect(fleet.told('attempt-superseded')).toMatchObject([{ attempt: { number: 1, target: 'a/m' } }]);
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', target: 'b/m', attempts: 2 }]);
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('keeps to the first when it is faster after all, and closes the second', async () => {
    const fleet = await experienced(['a', 'b']);
    const hedged = fleet.at('b').nextRequest();
    fleet.at('a').answers(streams('slow').after(0).thenHolds(hedged));
    fleet.at('b').answers(ignores());
    const answer = await askIn(way, fleet.url);
    expect(answer.headers['x-sluice-target']).toBe('a/m');
    expect(await way.text(answer)).toBe('slow');
    expect(await fleet.at('b').lastRequest.closed).toMatchObject({ complete: false });
    expect(fleet.told('ended')).toMatchObject([{ outcome: 'finished', target: 'a/m', attempts: 2 }]);
  });
});

describe('a hedge', () => {
  it('closes both attempts when the caller leaves', async () => {
    const fleet = await experienced(['a', 'b']);
    for (const name of ['a', 'b']) fleet.at(name).answers(ignores());
    const requested = fleet.at('b').nextRequest();
    const { path, ...body } = openai.question('r');
    const client = askAndLeave(fleet.url + path, body);
    const second = await requested;
    client.leave();
    expect(await second.closed).toMatchObject({ complete: false });
    expect(await fleet.at('a').lastRequest.closed).toMatchObject({ complete: false });
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('is not begun once a later round has answered', async () => {
    const fleet = await experienced(['a'], { maxAttempts: 3 });
    fleet.at('a').next(refuses(503), streams('fast')).answers(ignores());
    // The round begins at once.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    onTestFinished(() => random.mockRestore());
    expect(await openai.text(await askIn(openai, fleet.url))).toBe('fast');
    await hedgeTime();
    expect(fleet.asked).toEqual([2]);
    expect(holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it('that answers nothing does not win while the first attempt runs', async () => {
    const fleet = await experienced(['a', 'b'], { maxAttempts: 2 });
    fleet.at('a').answers(streams('slow').paced(5 * USUAL_MS, 0));
    fleet.at('b').answers(streams(''));
    expect(await openai.text(await askIn(openai, fleet.url))).toBe('slow');
  });
});

/** Longer than any hedge waits here: that nothing comes announces itself by no event. */
function hedgeTime(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4 * USUAL_MS));
}
