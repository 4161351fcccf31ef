import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Gate } from '../support/gate.js';
import { parseEvents, type Answer, type ReceivedEvent } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { deltasFor, randomAnswer, textOf } from '../support/random-answer.js';
import { Random } from '../support/random.js';
import { readThroughFaults, type Told, type Wandering } from '../support/reading-through-faults.js';
import { RedisServer } from '../support/redis-server.js';
import { Replicas, type Name } from '../support/replicas.js';
import { ways, type Way } from '../support/resuming-reader.js';
import { SlowProxy } from '../support/slow-proxy.js';
import { SOON } from '../support/soon.js';

const SEED = Number(process.env['CUTS_SEED'] ?? Math.floor(Math.random() * 1e9));
const COUNT = 200;
/** Longer than the client of Redis waits for a sign of life. */
const FROZEN_MS = 5_000;
const DELAY_MS = 100;

const checksum = (text: string) => createHash('sha256').update(text).digest('hex');
const hasRedis = findProgram('redis-server') !== undefined;

/** What is done to Redis, and what a replica may then say of the streams of the other one. */
interface Fault {
  readonly name: string;
  readonly begin: (redis: RedisServer) => unknown;
  readonly may: readonly Told[];
  /** Told to somebody in any case. */
  readonly must: readonly Told[];
  readonly lastsMs?: number;
  readonly delayMs?: number;
}

/** Of one whose first batch Redis does not have yet. */
const UNKNOWN: readonly Told[] = ['unknown', 'nothing'];

const FAULTS: readonly Fault[] = [
  {
    name: 'stopped and started again',
    begin: (redis) => redis.stop(),
    may: ['later', ...UNKNOWN, 'gone'],
    must: [],
  },
  {
    name: 'frozen for five seconds',
    begin: (redis) => redis.freeze(),
    may: ['later', ...UNKNOWN],
    must: ['later'],
    lastsMs: FROZEN_MS,
  },
  { name: 'emptied', begin: (redis) => redis.flush(), may: [...UNKNOWN, 'gone'], must: ['gone'] },
  { name: 'full', begin: (redis) => redis.fill(), may: UNKNOWN, must: [] },
  { name: 'slow', begin: () => undefined, may: UNKNOWN, must: [], delayMs: DELAY_MS },
];

/** A stream, who reads it all the time where it is produced, and who is cut off and wanders. */
interface Read {
  readonly content: string;
  readonly streamId: string;
  readonly live: Answer;
  readonly wandering: Promise<Wandering>;
}

const isInOrder = (streamId: string, events: readonly ReceivedEvent[]) =>
  events.every(({ id }, at) => id === `${streamId}.${at}${at + 1 === events.length ? '.end' : ''}`);

/** True for all events of a stream, once and in order, with the very text of the model. */
function isWhole({ content, streamId }: Read, events: readonly ReceivedEvent[]): boolean {
  const text = deltasFor(content).join('');
  return (
    isInOrder(streamId, events) &&
    events.at(-1)?.event === 'done' &&
    checksum(textOf(events)) === checksum(text)
  );
}

describe.skipIf(!hasRedis).each(FAULTS)('200 streams of which Redis is $name', (fault) => {
  let redis: RedisServer;
  let proxy: SlowProxy | undefined;
  let replicas: Replicas;
  let reads: Read[];
  let wanderings: Wandering[];
  const liveDuring: ReceivedEvent[][] = [];

  beforeAll(async () => {
    process.stderr.write(`CUTS_SEED=${SEED}\n`);
    redis = await RedisServer.start();
    if (fault.delayMs !== undefined) proxy = await SlowProxy.start(redis.port, fault.delayMs);
    replicas = await Replicas.start({ redisUrl: `redis://127.0.0.1:${proxy?.port ?? redis.port}` });
    await replicas.haveRedis();
    const begun = new Gate();
    replicas.upstream.answers((request) => {
      const half = Math.floor(deltasFor(request.question).length / 2);
      return randomAnswer(request).paced(5, 5).after(half).thenHolds(begun.opened);
    });
    reads = await Promise.all(Array.from({ length: COUNT }, (_, index) => begin(replicas, index)));
    await fault.begin(redis);
    const since = performance.now();
    begun.open();
    for (const { live } of reads) liveDuring.push(await live.events());
    await vi.waitUntil(() => performance.now() - since > (fault.lastsMs ?? 0), SOON);
    await redis.mend();
    wanderings = await Promise.all(reads.map(({ wandering }) => wandering));
  }, 60_000);
  afterAll(async () => {
    await replicas.stop();
    await proxy?.stop();
    await redis.close();
  });

  const but = (eventsOf: (index: number) => readonly ReceivedEvent[]) =>
    reads
      .map((read, index) => ({ read, events: eventsOf(index) }))
      .filter(({ read, events }) => !isWhole(read, events))
      .map(({ read, events }) => `CUTS_SEED=${SEED}: ${read.content} had ${JSON.stringify(events)}`);

  it('are not felt to be so by those who read them live', () => {
    expect(but((index) => liveDuring[index] ?? [])).toEqual([]);
  });

  it('come whole, once and in order to those who are cut off and come back to either replica', () => {
    expect(
      but((index) => [...(liveDuring[index]?.slice(0, 1) ?? []), ...(wanderings[index]?.events ?? [])]),
    ).toEqual([]);
  });

  it('are given up by a replica in words, and never in silence', () => {
    const reported = new Set(wanderings.flatMap((wandering) => wandering.told));
    expect([...reported].filter((one) => !fault.may.includes(one))).toEqual([]);
    expect(fault.must.filter((one) => !reported.has(one))).toEqual([]);
  });

  it('ask the upstream once for each', () => {
    const requested = replicas.upstream.requests.map(({ question: prompt }) => prompt);
    expect(requested.toSorted()).toEqual(reads.map(({ content }) => content).toSorted());
  });
});

/** Begins one on either replica; the second reader starts as soon as there is an event. */
async function begin(replicas: Replicas, index: number): Promise<Read> {
  const [home, elsewhere]: readonly Name[] = index % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
  const content = String(SEED + index);
  const live = await replicas.ask(home ?? 'a', `/stream?content=${content}`);
  await live.until((received) => parseEvents(received).length > 0);
  const streamId = String(live.headers['x-sluice-stream']);
  const urls = { home: replicas[home ?? 'a'].url, elsewhere: replicas[elsewhere ?? 'b'].url };
  const way = ways[index % ways.length] as Way;
  const wandering = readThroughFaults({ streamId, urls, way, random: new Random(SEED + index) });
  wandering.catch(() => undefined);
  return { content, streamId, live, wandering };
}
