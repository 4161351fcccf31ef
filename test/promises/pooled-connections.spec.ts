import { describe, expect, it } from 'vitest';
import { resets, streams } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { askIn, ways } from '../support/ways.js';

describe.each(ways)('a connection that served before, over $name', (way) => {
  /** A fleet whose first upstream has served one request, over a connection that is open. */
  const afterOne = async (names: readonly string[]): Promise<Fleet> => {
    const fleet = await Fleet.start(names);
    await way.text(await askIn(way, fleet.url));
    expect(await fleet.at('a').connections()).toBe(1);
    return fleet;
  };

  it('is a failed attempt where the upstream read the request and resets it', async () => {
    const fleet = await afterOne(['a', 'b']);
    fleet.at('a').answers(resets());
    fleet.at('b').answers(streams('of b'));
    const answer = await askIn(way, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '2' });
    expect(await way.text(answer)).toBe('of b');
    expect(fleet.asked).toEqual([2, 1]);
    expect(fleet.told('attempt-failed')).toMatchObject([{ error: { code: 'upstream-unreachable' } }]);
  });

  it('is the one attempt where there is no other target', async () => {
    const fleet = await afterOne(['a']);
    fleet.at('a').answers(resets());
    const answer = await askIn(way, fleet.url);
    expect(answer.status).toBe(502);
    expect(answer.headers['x-sluice-attempts']).toBe('1');
    expect(fleet.asked).toEqual([2]);
  });
});
