import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../../test/contract/created-log.js';
import { LogReader } from '../../../../test/contract/log-reader.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { Gate } from '../../../../test/support/gate.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { encodeTerminalError } from '../../../../test/contract/terminal-error.js';
import type {
  TakeoverHandler,
  OrphanedStream,
  ProducerControl,
  StreamWriter,
  TakeoverClaim,
} from '../../stream-log.js';
import { entryFields, openingId } from '../log/log-entry.js';
import { keysOf } from '../connection/keys.js';
import { RedisStreamLog } from '../redis-stream-log.js';
import { SOON } from '../../../../test/support/soon.js';

const LEASE_MS = 600;
const TAKEOVER_REQUEST = 'a question';

let redis: RedisServer;
const logs: RedisStreamLog[] = [];
const first = card();

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
  await redis.flush();
});
afterAll(() => redis.close());

async function replica(successor?: TakeoverHandler): Promise<RedisStreamLog> {
  const settings = { streamLog: { ...ROOMY, leaseMs: LEASE_MS } };
  const log = new RedisStreamLog({ url: redis.url, settings, encodeLastFrame: encodeTerminalError });
  logs.push(log);
  if (successor !== undefined) log.onOrphan(successor);
  await vi.waitUntil(() => log.list('nobody', { limit: 1 }).catch(() => undefined), SOON);
  return log;
}

const nobody: ProducerControl = { stop: () => undefined, setPaused: () => undefined };

/** A stream of three frames whose replica is gone. */
async function orphan(takeoverRequest: string | null = TAKEOVER_REQUEST): Promise<string> {
  const producer = await replica();
  const stream = { ...first, id: card().id };
  producer.begin(stream, nobody, takeoverRequest ?? undefined).append(frame(0) + frame(1) + frame(2));
  await producer.close();
  return stream.id;
}

/** Asks for the stream until it is over. */
const over = (log: RedisStreamLog, id: string) =>
  vi.waitUntil(async () => (await log.find(id))?.state === 'over', SOON);

async function wholeText(id: string): Promise<string> {
  const reader = new LogReader(await replica(), id, 0);
  await reader.ended;
  return reader.text;
}

/** Writes two more frames. */
function write(takeover: TakeoverClaim, owner: ProducerControl = nobody): StreamWriter {
  const writer = takeover.continueWith(owner);
  writer.append(frame(3));
  writer.append(frame(4));
  return writer;
}
const WHOLE = [0, 1, 2, 3, 4].map((number) => frame(number)).join('');

describe('OrphanedStreams', () => {
  it('are given to a successor, with what their producer wrote and left', async () => {
    const found: OrphanedStream[] = [];
    const log = await replica(async (one) => {
      found.push(one);
      const takeover = await one.claim();
      if (takeover !== undefined) write(takeover).end();
      return true;
    });
    const id = await orphan();
    await over(log, id);
    const { bytes, ...rest } = found[0] ?? {};
    expect(found).toHaveLength(1);
    expect(rest).toMatchObject({
      metadata: { ...first, id },
      takeoverRequest: TAKEOVER_REQUEST,
      frames: 3,
      epoch: 2,
    });
    expect(bytes?.toString()).toBe(frame(0) + frame(1) + frame(2));
    expect(await wholeText(id)).toBe(WHOLE);
    expect(await log.find(id)).toMatchObject({ frames: 5, truncated: false, takenOverAt: 3 });
    expect(await redis.command('EXISTS', keysOf(id).request)).toBe(0);
  });

  it('get the end that somebody has begun and not finished, though their producer lives again', async () => {
    const [producer, log] = [await replica(), await replica()];
    const { id } = card();
    producer.begin({ ...first, id }, nobody).append(frame(0));
    await vi.waitUntil(async () => (await log.find(id))?.frames === 1, SOON);
    const fence = entryFields({ first: 1, count: 0, bytes: Buffer.alloc(0), end: false });
    await redis.command('XADD', keysOf(id).log, openingId(2), ...fence.map(String));
    expect(await log.find(id)).toMatchObject({ state: 'over', frames: 2, truncated: true });
  });

  it('are left to a replica that knows their dialect: without a frame that says so an end would look like success', async () => {
    const [producer, log] = [await replica(), await replica()];
    const { id } = card();
    producer.begin({ ...first, id, dialect: 'telepathy' }, nobody).append(frame(0));
    await vi.waitUntil(async () => (await log.find(id))?.frames === 1, SOON);
    const fence = entryFields({ first: 1, count: 0, bytes: Buffer.alloc(0), end: false });
    await redis.command('XADD', keysOf(id).log, openingId(2), ...fence.map(String));
    expect(await log.find(id)).toMatchObject({ state: 'running', frames: 1 });
  });

  it('have one successor, however many find them at once', async () => {
    const all = new Gate();
    const outcomes: (TakeoverClaim | undefined)[] = [];
    let arrived = 0;
    const successor: TakeoverHandler = async ({ claim }) => {
      arrived += 1;
      if (arrived === 3) all.open();
      await all.opened;
      const takeover = await claim();
      outcomes.push(takeover);
      if (takeover !== undefined) write(takeover).end();
      return true;
    };
    const finders = [await replica(successor), await replica(successor), await replica(successor)];
    const id = await orphan();
    await Promise.all(finders.map((log) => over(log, id)));
    expect(outcomes.filter((one) => one === undefined)).toHaveLength(2);
    expect(outcomes).toHaveLength(3);
    expect(await wholeText(id)).toBe(WHOLE);
  });

  it('are left to the one that has claimed them, as long as it lives', async () => {
    const claimed = new Gate();
    let takeover: TakeoverClaim | undefined;
    const successor = await replica(async ({ claim }) => {
      takeover = await claim();
      claimed.open();
      return true;
    });
    const requested = vi.fn<TakeoverHandler>(async () => false);
    const other = await replica(requested);
    const id = await orphan();
    await vi.waitUntil(async () => {
      await successor.find(id);
      return takeover !== undefined;
    }, SOON);
    // The dead one is dead for the other too by now, and would have its error.
    const until = performance.now() + 2 * LEASE_MS;
    await vi.waitUntil(async () => {
      expect(await other.find(id)).toMatchObject({ state: 'running', takenOverAt: 3 });
      return performance.now() > until;
    }, SOON);
    expect(requested).not.toHaveBeenCalled();
    if (takeover !== undefined) write(takeover).end();
    await over(other, id);
    expect(await wholeText(id)).toBe(WHOLE);
  });

  it.each<[string, () => Promise<string>, TakeoverHandler]>([
    ['the heir may not go on', () => orphan(), async () => false],
    ['their producer left nothing', () => orphan(null), async () => true],
    [
      'the heir gives up',
      () => orphan(),
      async ({ claim }) => {
        (await claim())?.release();
        return true;
      },
    ],
  ])('end with one error where %s', async (_, begin, successor) => {
    const log = await replica(successor);
    const id = await begin();
    await over(log, id);
    const text = await wholeText(id);
    expect(text.startsWith(frame(0) + frame(1) + frame(2))).toBe(true);
    expect(text.match(/event: failed/g)).toHaveLength(1);
    expect(await log.find(id)).toMatchObject({ frames: 4, truncated: true, takenOverAt: undefined });
  });

  it('are not continued once somebody asked for their end', async () => {
    const requested = vi.fn<TakeoverHandler>(async () => true);
    const log = await replica(requested);
    const id = await orphan();
    await log.stop(id);
    await over(log, id);
    expect(requested).not.toHaveBeenCalled();
  });

  it('are taken over once: where the successor dies too, they end', async () => {
    const successor = await replica(async ({ claim }) => {
      const takeover = await claim();
      if (takeover !== undefined) write(takeover);
      return true;
    });
    const requested = vi.fn<TakeoverHandler>(async () => true);
    const id = await orphan();
    await vi.waitUntil(async () => ((await successor.find(id))?.frames ?? 0) > 3, SOON);
    await successor.close();
    await redis.command('SET', keysOf(id).request, TAKEOVER_REQUEST);
    const last = await replica(requested);
    await over(last, id);
    expect(requested).not.toHaveBeenCalled();
    const text = await wholeText(id);
    expect(text.startsWith(WHOLE)).toBe(true);
    expect(text.match(/event: failed/g)).toHaveLength(1);
  });

  it('are ended by the next one where the successor dies before it has written', async () => {
    const successor = await replica(async ({ claim }) => {
      await claim();
      return true;
    });
    const id = await orphan();
    await vi.waitUntil(async () => (await successor.find(id))?.takenOverAt === 3, SOON);
    await successor.close();
    const last = await replica();
    await over(last, id);
    expect((await wholeText(id)).match(/event: failed/g)).toHaveLength(1);
  });

  it('are not continued where their producer lived and wrote until it was shut out', async () => {
    let outcome: unknown = 'none';
    const log = await replica(async ({ metadata: { id }, claim }) => {
      await redis.command('XADD', keysOf(id).log, '1-4', 'f', 3, 'n', 1, 'b', frame(3));
      outcome = await claim();
      return true;
    });
    const id = await orphan();
    await over(log, id);
    expect(outcome).toBeUndefined();
    const text = await wholeText(id);
    expect(text.startsWith([0, 1, 2, 3].map((number) => frame(number)).join(''))).toBe(true);
    expect(text.match(/event: failed/g)).toHaveLength(1);
  });

  it('are stopped at their successor, also by who asked before it had begun', async () => {
    const stopped = new Gate();
    let takeover: TakeoverClaim | undefined;
    const log = await replica(async ({ claim }) => {
      takeover = await claim();
      return true;
    });
    const id = await orphan();
    await vi.waitUntil(async () => {
      await log.find(id);
      return takeover !== undefined;
    }, SOON);
    await log.stop(id);
    takeover?.continueWith({ stop: () => stopped.open(), setPaused: () => undefined });
    await expect(stopped.opened).resolves.toBeUndefined();
  });
});
