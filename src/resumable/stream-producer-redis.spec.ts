import { Subject } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogReader } from '../../test/contract/log-reader.js';
import { twoLogs } from '../../test/contract/two-logs.js';
import { card, frame } from '../../test/contract/written-stream.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { SOON } from '../../test/support/soon.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import type { SluiceError } from '../core/sluice-error.js';
import type { RedisStreamLog } from '../stream-log/redis/redis-stream-log.js';
import { StreamProducer } from './stream-producer.js';

/** Redis is waited for so long that it does not fit into the usual time. */
const PATIENT = { timeout: 40_000 };
const GRACE_MS = 1_000;

let redis: RedisServer;
let a: RedisStreamLog;
let b: RedisStreamLog;

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  [a, b] = await twoLogs(redis.url);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await redis.mend();
  await Promise.all([a.close(), b.close()]);
  await redis.flush();
});
afterAll(() => redis.close());

/** A stream that is recorded on the one replica, and what the log has said of readers elsewhere. */
async function record() {
  const stream = card();
  const output = new Subject<FrameBytes>();
  const stops: string[] = [];
  const stop = ({ code }: SluiceError) => {
    stops.push(code);
    output.complete();
  };
  const said: (boolean | undefined)[] = [];
  const ask = a.isReadElsewhere.bind(a);
  vi.spyOn(a, 'isReadElsewhere').mockImplementation(async (id) => {
    const answer = ask(id);
    said.push(await answer.catch(() => undefined));
    return answer;
  });
  const rest = {
    flow: new BackPressure(),
    graceMs: GRACE_MS,
    detached: false,
    stop,
    onEnd: () => undefined,
  };
  const producer = new StreamProducer({ log: a, metadata: stream, output, ...rest });
  output.next(frame(0));
  await vi.waitUntil(() => b.find(stream.id), SOON);
  return { id: stream.id, output, recording: producer, said, stops, sign: `sluice:{${stream.id}}:readers` };
}

/** One whose reader has gone from the one replica to the other. */
async function readElsewhere() {
  const recorded = await record();
  const here = recorded.recording.read(0).output.subscribe();
  const elsewhere = new LogReader(b, recorded.id, 0);
  await elsewhere.until(frame(0));
  await vi.waitUntil(async () => (await redis.keys(recorded.sign)).length > 0, SOON);
  return { ...recorded, elsewhere, leave: () => here.unsubscribe() };
}

/** Until so many looks in a row were answered so. */
const untilSaid = (said: readonly unknown[], count: number, what: true | undefined) =>
  vi.waitUntil(() => said.length >= count && said.slice(-count).every((answer) => answer === what), SOON);

describe('a recording whose reader is on another replica', PATIENT, () => {
  it('continues while Redis is frozen, and until its reader has said again that it reads', async () => {
    const { output, said, stops, sign, elsewhere, leave } = await readElsewhere();
    redis.freeze();
    leave();
    await untilSaid(said, 1, undefined);
    output.next(frame(1));
    redis.thaw();
    await redis.command('DEL', sign);
    await untilSaid(said, 2, true);
    output.complete();
    expect([await elsewhere.ended, elsewhere.text, stops]).toEqual(['complete', frame(0) + frame(1), []]);
    expect(said).not.toContain(false);
  });

  it('continues while Redis has no memory for the sign of a reader', async () => {
    const { output, said, stops, sign, elsewhere, leave } = await readElsewhere();
    await redis.fill();
    await redis.command('DEL', sign);
    leave();
    await untilSaid(said, 3, undefined);
    await redis.makeRoom();
    await untilSaid(said, 1, true);
    output.complete();
    expect([await elsewhere.ended, stops]).toEqual(['complete', []]);
  });
});
