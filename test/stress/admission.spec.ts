import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ignores, refuses, streams, type Script } from '../../src/testing/index.js';
import { Fleet } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { holdings, NOTHING, type Holdings } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave, type Answer } from '../support/http-client.js';
import { inParallel } from '../support/in-parallel.js';
import { askIn, native, openai, ways } from '../support/ways.js';
import { SOON } from '../support/soon.js';

/** What one stream holds: a place of its route and one of its upstream. */
const ONE: Holdings = { streams: 1, places: 2, queued: 0, keysInUse: 1, inFlight: 1, trials: 0 };

/** Resolves when this is what is held. Who waits in a queue, or has left it, announces itself by no event. */
async function untilHeld(fleet: Fleet, expected: Partial<Holdings>): Promise<void> {
  await expect.poll(() => holdings(fleet.host.app), SOON).toMatchObject(expected);
}

/** A first request that holds the only place until the gate opens. */
async function occupied(fleet: Fleet): Promise<{ readonly first: Answer; readonly gate: Gate }> {
  const gate = new Gate();
  fleet.at('a').next(streams('one', ' two').after(1).thenHolds(gate.opened));
  return { first: await askIn(openai, fleet.url), gate };
}

/** Where the one place is: at the upstream or at the route. */
const places = [
  {
    at: 'an upstream',
    with: (limits: object) => ({ upstreams: limits }),
    left: { type: 'ended', outcome: 'client-gone', attempts: 0, target: undefined },
  },
  // What waits for its route is no stream yet.
  {
    at: 'a route',
    with: (limits: object) => ({ route: limits }),
    left: { type: 'rejected', error: { code: 'client-gone' } },
  },
];

describe.each(places)('the only place of $at', (place) => {
  describe.each(ways)('over $name', (way) => {
    it('is waited for until the first stream ends', async () => {
      const fleet = await Fleet.start(['a'], place.with({ maxConcurrent: 1 }));
      const { first, gate } = await occupied(fleet);
      const second = askIn(way, fleet.url);
      await untilHeld(fleet, { queued: 1, inFlight: 1 });
      expect(fleet.asked).toEqual([1]);
      gate.open();
      expect(await openai.text(first)).toBe('one two');
      expect(await way.text(await second)).toBe('Hello from the scripted upstream.');
      await untilHeld(fleet, NOTHING);
    });

    it('is waited for until the first client leaves', async () => {
      const fleet = await Fleet.start(['a'], place.with({ maxConcurrent: 1 }));
      const { first } = await occupied(fleet);
      const second = askIn(way, fleet.url);
      await untilHeld(fleet, { queued: 1 });
      first.leave();
      expect((await second).status).toBe(200);
      await (
        await second
      ).over;
      expect(await fleet.at('a').requests[0]?.closed).toMatchObject({ complete: false });
      await untilHeld(fleet, NOTHING);
    });

    it('is not given to a client that has left the queue', async () => {
      const fleet = await Fleet.start(['a'], place.with({ maxConcurrent: 1 }));
      const { first, gate } = await occupied(fleet);
      const { path, ...rest } = way.question('r');
      const second = askAndLeave(fleet.url + path, rest);
      await untilHeld(fleet, { queued: 1, streams: 2 });
      second.leave();
      await untilHeld(fleet, ONE);
      expect(fleet.events.filter(({ type }) => type === 'ended' || type === 'rejected')).toMatchObject([
        place.left,
      ]);
      gate.open();
      await first.over;
      expect(fleet.asked).toEqual([1]);
      await untilHeld(fleet, NOTHING);
    });

    it('is refused with 429 and Retry-After where the queue is full', async () => {
      const fleet = await Fleet.start(['a'], place.with({ maxConcurrent: 1, maxQueued: 1 }));
      const { first, gate } = await occupied(fleet);
      const second = askIn(way, fleet.url);
      await untilHeld(fleet, { queued: 1 });
      const third = await askIn(way, fleet.url);
      expect(third.status).toBe(429);
      expect(third.headers).toMatchObject({ 'retry-after': '1', 'x-should-retry': 'true' });
      await third.over;
      gate.open();
      expect(await openai.text(first)).toBe('one two');
      expect((await second).status).toBe(200);
      expect(fleet.asked).toEqual([2]);
    });

    it('is refused with 429 and Retry-After where the wait takes too long', async () => {
      const limits = { maxConcurrent: 1, queueTimeoutMs: 60 };
      const fleet = await Fleet.start(['a'], place.with(limits));
      const { first, gate } = await occupied(fleet);
      const second = await askIn(way, fleet.url);
      expect(second.status).toBe(429);
      expect(second.headers).toMatchObject({ 'retry-after': '1', 'x-should-retry': 'true' });
      await second.over;
      expect(fleet.asked).toEqual([1]);
      expect(holdings(fleet.host.app)).toEqual(ONE);
      gate.open();
      expect(await openai.text(first)).toBe('one two');
    });
  });
});

describe('a full upstream', () => {
  it('is passed over for the next target', async () => {
    const fleet = await Fleet.start(['a', 'b'], { each: { a: { maxConcurrent: 1 } } });
    await occupied(fleet);
    const answer = await askIn(openai, fleet.url);
    expect(answer.headers).toMatchObject({ 'x-sluice-target': 'b/m', 'x-sluice-attempts': '1' });
  });
});

interface Ending {
  readonly name: string;
  readonly script: Script;
  readonly leaves?: 'at once' | 'when asked' | 'in the middle';
}

/** Every way in which a stream ends. */
const endings: readonly Ending[] = [
  { name: 'finished', script: streams('one', ' two', ' three') },
  { name: 'without content', script: streams('').finishes('length') },
  { name: 'cut before', script: streams('one').after(0).thenCuts() },
  { name: 'cut', script: streams('one', ' two').after(1).thenCuts() },
  { name: 'failed', script: streams('one', ' two').after(1).thenFails() },
  { name: 'refused', script: refuses(400) },
  { name: 'upstream error', script: refuses(500) },
  { name: 'limited', script: refuses(429) },
  { name: 'gone before it is asked', script: ignores(), leaves: 'at once' },
  { name: 'gone before the head', script: ignores(), leaves: 'when asked' },
  {
    name: 'gone in the middle',
    script: streams('one', ' two').after(1).thenStalls(),
    leaves: 'in the middle',
  },
];

describe.each(hostKinds.slice(0, 2))('two thousand streams of every ending on $name', (kind) => {
  it('leave nothing held', async () => {
    const fleet = await Fleet.start(['a', 'b'], {
      kind,
      upstreams: {
        keys: ['key-1', 'key-2', 'key-3'],
        maxConcurrent: 15,
        maxQueued: 1_000,
        queueTimeoutMs: 20_000,
      },
      route: { maxAttempts: 2, maxConcurrent: 40, maxQueued: 1_000, queueTimeoutMs: 20_000 },
    });
    const askedFor = new Map<string, () => void>();
    for (const name of ['a', 'b']) {
      fleet.at(name).answers(({ question: prompt }) => {
        askedFor.get(prompt)?.();
        return endings[Number(prompt) % endings.length]?.script ?? refuses(418);
      });
    }
    await inParallel(2_000, 50, async (index) => {
      const way = index % 3 === 0 ? native : openai;
      const ending = endings[index % endings.length];
      const { path, ...body } = way.question('r', String(index));
      if (ending?.leaves === 'at once' || ending?.leaves === 'when asked') {
        const requested = new Promise<void>((resolve) => askedFor.set(String(index), resolve));
        const client = askAndLeave(fleet.url + path, body);
        await (ending.leaves === 'at once' ? delay(index % 5) : requested);
        return client.leave();
      }
      const answer = await ask(fleet.url + path, body);
      if (ending?.leaves === undefined) return answer.over;
      await answer.until((received) => received.includes('one'));
      return answer.leave();
    });
    await untilHeld(fleet, NOTHING);
    const { ended } = fleet.host;
    const outcomes = new Set(ended.map(({ outcome }) => outcome));
    const expected = ['finished', 'length', 'upstream-cut', 'upstream-error', 'client-gone'];
    expect([...outcomes].toSorted()).toEqual(expected.toSorted());
    expect(new Set(ended.map(({ stream }) => stream.id)).size).toBe(ended.length);
    // Those that left at once may never have come in.
    const early = endings.filter(({ leaves }) => leaves === 'at once').length;
    expect(ended.length).toBeGreaterThan(2_000 * (1 - (early + 0.5) / endings.length));
    await Promise.all(['a', 'b'].flatMap((name) => fleet.at(name).requests.map(({ closed }) => closed)));
  }, 60_000);
});
