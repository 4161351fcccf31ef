import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { parseEvents } from '../support/http-client.js';
import { inParallel } from '../support/in-parallel.js';
import { findProgram } from '../support/needs.js';
import { deltasFor, randomAnswer, textOf } from '../support/random-answer.js';
import { Random } from '../support/random.js';
import { RedisServer } from '../support/redis-server.js';
import { Replicas, type Name } from '../support/replicas.js';
import { readThroughCuts, ways, type WholeReading } from '../support/resuming-reader.js';

const SEED = Number(process.env['CUTS_SEED'] ?? Math.floor(Math.random() * 1e9));
const COUNT = 200;
const AT_ONCE = 40;
/** As it is by default. */
const LEASE_MS = 6_000;

const checksum = (text: string) => createHash('sha256').update(text).digest('hex');
const hasRedis = findProgram('redis-server') !== undefined;

let redis: RedisServer;
beforeAll(async () => {
  if (!hasRedis) return;
  process.stderr.write(`CUTS_SEED=${SEED}\n`);
  redis = await RedisServer.start();
});
afterAll(() => redis?.close());

/** What was read, by its question. */
type Readings = Map<string, WholeReading>;

/** The readings of which it is not true, in words that find them again. */
function but(readings: Readings, isTrue: (reading: WholeReading, content: string) => boolean): string[] {
  return [...readings]
    .filter(([content, reading]) => !isTrue(reading, content))
    .map(([content, { events }]) => `CUTS_SEED=${SEED}: ${content} had ${JSON.stringify(events)}`);
}

const isInOrder = ({ streamId, events }: WholeReading) =>
  events.every(({ id }, at) => id === `${streamId}.${at}${at + 1 === events.length ? '.end' : ''}`);
const isDone = ({ events }: WholeReading) => events.at(-1)?.event === 'done';
const isWhole = ({ events }: WholeReading, content: string) =>
  checksum(textOf(events)) === checksum(deltasFor(content).join(''));

/** Answers that take a while, so that their readers go back and forth meanwhile. */
function pacedAnswer(request: { readonly question: string }) {
  const random = new Random(Number(request.question) + 1);
  return randomAnswer(request).paced(random.below(20), random.below(15));
}

describe.skipIf(!hasRedis)('200 streams whose readers are cut off and come back to the other replica', () => {
  describe.each([
    { name: 'while both run', signal: undefined },
    { name: 'while one of them gets SIGTERM', signal: 'SIGTERM' as const },
  ])('$name', ({ signal }) => {
    let replicas: Replicas;
    const readings: Readings = new Map();

    beforeAll(async () => {
      replicas = await Replicas.start({ redisUrl: redis.url });
      replicas.upstream.answers(pacedAnswer);
      await inParallel(COUNT, AT_ONCE, async (index) => {
        if (index === COUNT / 2 && signal !== undefined) replicas.a.signal(signal);
        const content = String(SEED + index);
        const way = ways[index % ways.length] ?? ways[0];
        const options = { content, random: new Random(SEED + index) };
        if (way !== undefined)
          readings.set(content, await readThroughCuts(turns(replicas, index), way, options));
      });
    }, 60_000);
    afterAll(() => replicas.stop());

    it('gives each reader every event once and in order', () => {
      expect(readings.size).toBe(COUNT);
      expect(but(readings, isInOrder)).toEqual([]);
      expect(but(readings, isDone)).toEqual([]);
    });

    it('gives each reader the very text of the model', () => {
      expect(but(readings, isWhole)).toEqual([]);
    });

    it('cuts most of them, and some of them often', () => {
      const cuts = [...readings.values()].map((reading) => reading.cuts);
      expect(cuts.filter((count) => count > 0).length).toBeGreaterThan(COUNT / 2);
      expect(Math.max(...cuts)).toBeGreaterThan(2);
    });

    it('asks the upstream once for each', () => {
      const requested = replicas.upstream.requests.map(({ question: prompt }) => prompt);
      expect(requested.toSorted()).toEqual([...readings.keys()].toSorted());
    });

    it('finishes each on the replica where it began', async () => {
      await expect.poll(() => endsOf(replicas).flat().length).toBe(COUNT);
      expect(
        endsOf(replicas)
          .flat()
          .filter(({ outcome }) => outcome !== 'finished'),
      ).toEqual([]);
      expect(Math.min(...endsOf(replicas).map(({ length }) => length))).toBeGreaterThan(COUNT / 8);
    });

    it.runIf(signal !== undefined)('lets the one that was asked to end do so in peace', async () => {
      expect(await replicas.a.exited).toBe(0);
    });
  });
});

/** What each replica says of the streams that ended. */
function endsOf({ a, b }: Replicas): Record<string, unknown>[][] {
  return [a, b].map(({ lines }) => lines.filter(({ msg }) => msg === 'stream ended'));
}

/** The one replica, then the other, and so on. */
function turns(replicas: Replicas, index: number): () => string {
  let turn = index;
  return () => {
    turn += 1;
    return replicas[turn % 2 === 0 ? 'a' : 'b'].url;
  };
}

/** A stream of a replica, and those who read it. */
interface Watched {
  readonly content: string;
  readonly producer: Name;
  /** One who goes back and forth. */
  readonly reading: WholeReading;
  /** One who was on the other replica from the beginning. */
  readonly elsewhere: string;
}

describe.skipIf(!hasRedis)('200 streams whose replica is killed', () => {
  let replicas: Replicas;
  let watched: Watched[];
  let noticedMs = 0;

  beforeAll(async () => {
    replicas = await Replicas.start({ redisUrl: redis.url });
    await replicas.haveRedis();
    const killed = new Gate();
    replicas.upstream.answers((request) => {
      const { length } = deltasFor(request.question);
      return pacedAnswer(request)
        .after(length - 1)
        .thenHolds(killed.opened);
    });
    let killedAt = Number.POSITIVE_INFINITY;
    let begun = 0;
    const allBegun = new Gate();
    const watching = Promise.all(
      Array.from({ length: COUNT }, async (_, index): Promise<Watched> => {
        const content = String(SEED + index);
        const producer = index % 2 === 0 ? 'a' : 'b';
        let turn = index;
        const next = () => (turn++ % 2 === 0 && killedAt === Number.POSITIVE_INFINITY ? 'a' : 'b');
        let elsewhere: Promise<string> | undefined;
        const onBegun = (streamId: string) => {
          const other = replicas.ask(producer === 'a' ? 'b' : 'a', `/v1/streams/${streamId}`);
          elsewhere = other.then(async (answer) => {
            // Of a stream that Redis does not have yet nothing can be told once its replica is dead.
            await answer.until((received) => parseEvents(received).length > 0);
            begun += 1;
            if (begun === COUNT) allBegun.open();
            await answer.over;
            return answer.received;
          });
        };
        const way = ways[index % ways.length] ?? ways[0];
        if (way === undefined) throw new Error('There is no way');
        const options = { content, random: new Random(SEED + index), onBegun };
        const reading = await readThroughCuts(() => replicas[next()].url, way, options);
        const received = (await elsewhere) ?? '';
        if (producer === 'a') noticedMs = Math.max(noticedMs, performance.now() - killedAt);
        return { content, producer, reading, elsewhere: received };
      }),
    );
    await Promise.race([allBegun.opened, watching]);
    killedAt = performance.now();
    replicas.a.signal('SIGKILL');
    await replicas.a.exited;
    killed.open();
    watched = await watching;
  }, 60_000);
  afterAll(() => replicas.stop());

  const of = (name: Name) => watched.filter(({ producer }) => producer === name);
  const describeAll = (some: readonly Watched[]) =>
    some.map((one) => `CUTS_SEED=${SEED}: ${JSON.stringify(one)}`);

  it('give each reader what the replica had written, in order, and one error', () => {
    expect(of('a')).toHaveLength(COUNT / 2);
    const wrong = of('a').filter(({ content, reading: { streamId, events } }) => {
      const [last, ...others] = events.toReversed();
      const inOrder = others.toReversed().every(({ id }, at) => id === `${streamId}.${at}`);
      return !inOrder || last?.event !== 'failed' || !deltasFor(content).join('').startsWith(textOf(events));
    });
    expect(describeAll(wrong)).toEqual([]);
  });

  it('tell all readers of one stream the same: the upstream was cut', async () => {
    for (const { reading, elsewhere } of of('a')) {
      const last = reading.events.at(-1);
      expect(last).toMatchObject({ event: 'failed' });
      expect(JSON.parse(last?.data ?? '')).toMatchObject({ code: 'upstream-cut', retryable: true });
      const others = parseEvents(elsewhere);
      expect(others.at(-1)).toEqual(last);
      expect(others.filter(({ event }) => event === 'failed')).toHaveLength(1);
      expect(last?.id).toBe(`${reading.streamId}.${others.length - 1}.end`);
      const later = await replicas.ask('b', `/v1/streams/${reading.streamId}`);
      expect(await later.text()).toBe(elsewhere);
    }
  });

  it('are noticed within their lease', () => {
    process.stderr.write(`A killed replica was noticed after ${Math.round(noticedMs)} ms of ${LEASE_MS}\n`);
    expect(noticedMs).toBeLessThan(LEASE_MS);
  });

  it('leave those of the other replica whole', () => {
    const readings: Readings = new Map(of('b').map(({ content, reading }) => [content, reading]));
    expect(readings.size).toBe(COUNT / 2);
    expect(but(readings, isInOrder)).toEqual([]);
    expect(but(readings, isDone)).toEqual([]);
    expect(but(readings, isWhole)).toEqual([]);
    // The reader from elsewhere was on the replica that was killed.
    for (const { content, elsewhere } of of('b')) {
      expect(
        deltasFor(content)
          .join('')
          .startsWith(textOf(parseEvents(elsewhere))),
      ).toBe(true);
    }
  });

  it('ask no upstream again', () => {
    const requested = replicas.upstream.requests.map(({ question: prompt }) => prompt);
    expect(requested.toSorted()).toEqual(watched.map(({ content }) => content).toSorted());
  });
});
