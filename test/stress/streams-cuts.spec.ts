import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from '../support/fleet.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { inParallel } from '../support/in-parallel.js';
import { openResources } from '../support/open-resources.js';
import { deltasFor, randomAnswer, textOf } from '../support/random-answer.js';
import { Random } from '../support/random.js';
import { readThroughCuts, ways, type WholeReading } from '../support/resuming-reader.js';
import { SOON } from '../support/soon.js';

const SEED = Number(process.env['CUTS_SEED'] ?? Math.floor(Math.random() * 1e9));
const COUNT = 200;
const AT_ONCE = 40;

/** The host that has nothing around the routes, and the one that has most. */
const kinds = hostKinds.filter((_, at) => at === 0 || at === hostKinds.length - 1);

const checksum = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(kinds)('200 streams whose readers are cut off at random on $name', (kind) => {
  describe.each(ways)('and come back by $name', (way) => {
    let fleet: Fleet;
    let timersBefore = 0;
    const readings = new Map<string, WholeReading>();

    beforeAll(async () => {
      process.stderr.write(`CUTS_SEED=${SEED}\n`);
      fleet = await Fleet.launch(['a'], { kind, route: { graceSeconds: 60 } });
      fleet.at('a').answers(randomAnswer);
      timersBefore = openResources('timers');
      await inParallel(COUNT, AT_ONCE, async (index) => {
        const content = String(SEED + index);
        const random = new Random(SEED + index);
        readings.set(content, await readThroughCuts(fleet.url, way, { content, random }));
      });
    }, 60_000);
    afterAll(() => fleet.stop());

    /** The readings of which it is not true, in words that find them again. */
    const but = (isTrue: (reading: WholeReading, content: string) => boolean): string[] =>
      [...readings]
        .filter(([content, reading]) => !isTrue(reading, content))
        .map(([content, { events }]) => `CUTS_SEED=${SEED}: ${content} had ${JSON.stringify(events)}`);

    it('gives each reader every event once and in order', () => {
      expect(readings.size).toBe(COUNT);
      expect(
        but(({ streamId, events }) =>
          events.every(({ id }, at) => id === `${streamId}.${at}${at + 1 === events.length ? '.end' : ''}`),
        ),
      ).toEqual([]);
      expect(but(({ events }) => events.at(-1)?.event === 'done')).toEqual([]);
    });

    it('gives each reader the very text of the model', () => {
      expect(
        but(({ events }, content) => checksum(textOf(events)) === checksum(deltasFor(content).join(''))),
      ).toEqual([]);
    });

    it('cuts most of them, and some of them often', () => {
      const cuts = [...readings.values()].map((reading) => reading.cuts);
      expect(cuts.filter((count) => count > 0).length).toBeGreaterThan(COUNT / 2);
      expect(Math.max(...cuts)).toBeGreaterThan(2);
    });

    it('asks the upstream once for each', () => {
      const requested = fleet.at('a').requests.map(({ question: prompt }) => prompt);
      expect(requested.toSorted()).toEqual([...readings.keys()].toSorted());
    });

    it('lets each stream finish, and holds nothing more', async () => {
      await expect.poll(() => holdings(fleet.host.app), SOON).toEqual(NOTHING);
      expect(fleet.host.ended.filter(({ outcome }) => outcome !== 'finished')).toEqual([]);
      expect(fleet.host.ended).toHaveLength(COUNT);
      await expect.poll(() => openResources('timers') - timersBefore, SOON).toBeLessThanOrEqual(0);
    });
  });
});
