import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../../test/contract/created-log.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { AnsweringRedis } from '../../../../test/support/answering-redis.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { turn } from '../../../../test/support/sending.js';
import { BatchScheduler } from './batch-scheduler.js';
import { LocalStreams } from './local-streams.js';

let redis: AnsweringRedis;
let own: LocalStreams;
beforeEach(() => {
  vi.useFakeTimers();
  redis = new AnsweringRedis();
  create(ROOMY);
});
afterEach(() => {
  own.close();
  vi.useRealTimers();
});

const create = (streamLog: typeof ROOMY) => {
  own = new LocalStreams({
    replica: 'a',
    settings: { streamLog },
    scheduler: new BatchScheduler((leave) => leave()),
    index: { add: () => undefined },
    onShutOut: () => undefined,
    redis: redis.asClient,
  });
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const begin = () => {
  const stream = card();
  const retained = { append: vi.fn<(bytes: unknown) => void>(), end: vi.fn<() => void>() };
  return { id: stream.id, memory: retained, writer: own.begin(stream, NOBODY, retained) };
};
const NOBODY = { stop: () => undefined, setPaused: () => undefined };
const memory = { append: () => undefined, end: () => undefined };

describe('LocalStreams and their memory', () => {
  it('count what waits twice, and the stream, until Redis has answered', async () => {
    redis.isAway = true;
    const { writer } = begin();
    writer.append('x'.repeat(10_000));
    await turn();
    expect(own.waitingBytes).toBe(2_048 + 2 * 10_000);
    redis.isAway = false;
    await pass(600);
    expect(own.waitingBytes).toBe(2_048);
    writer.end();
    await turn();
    expect(own.waitingBytes).toBe(0);
  });

  it('count a takeover request until the stream has begun', async () => {
    own.begin(card(), NOBODY, memory, 'q'.repeat(10_000));
    expect(own.waitingBytes).toBe(2_048 + 2 * 10_000);
    await turn();
    expect(own.waitingBytes).toBe(2_048);
    expect(redis.count('set')).toBe(2);
  });

  it.each([
    ['longer than a stream may be', ROOMY.maxBytesPerStream + 1, ROOMY.maxBytes],
    ['longer than there is room for', 60_000, 200_000],
  ])('leave no takeover request that is %s', async (_, length, maxBytes) => {
    create({ ...ROOMY, maxBytes });
    own.begin(card(), NOBODY, memory, 'q'.repeat(length));
    await turn();
    expect(redis.count('set')).toBe(1);
  });

  it('are in this process alone where there is no room for another one', async () => {
    create({ ...ROOMY, maxBytes: 10_000 });
    redis.isAway = true;
    const begun = [begin(), begin()];
    const { id, writer, memory: retained } = begin();
    expect([own.has(id), own.has(begun[0]?.id ?? '')]).toEqual([false, true]);
    writer.append(frame(0));
    writer.end();
    expect([retained.append.mock.calls.length, retained.end.mock.calls.length]).toEqual([1, 1]);
  });

  it('do not hold a stream in memory, nor its producer, while a loss is announced', async () => {
    redis.isAway = true;
    const refs = (() => {
      const [producer, stream] = [{ ...NOBODY }, { ...memory }];
      const writer = own.begin(card(), producer, stream);
      writer.append(`data: ${'x'.repeat(ROOMY.maxBytesPerStream)}\n\n`);
      writer.end();
      return [new WeakRef(producer), new WeakRef(stream)];
    })();
    await pass(10_000);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined]);
  });
});
