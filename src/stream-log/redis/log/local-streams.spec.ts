import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOMY } from '../../../../test/contract/created-log.js';
import { card, frame } from '../../../../test/contract/written-stream.js';
import { AnsweringRedis } from '../../../../test/support/answering-redis.js';
import { turn } from '../../../../test/support/sending.js';
import type { StreamMetadata } from '../../stream-log.js';
import { BatchScheduler } from './batch-scheduler.js';
import { LocalStreams } from './local-streams.js';

const KEEP_MS = ROOMY.keepSeconds * 1_000;

let redis: AnsweringRedis;
let own: LocalStreams;
let stops: number;
let settings: { streamLog: typeof ROOMY };
beforeEach(() => {
  vi.useFakeTimers();
  redis = new AnsweringRedis();
  stops = 0;
  settings = { streamLog: ROOMY };
  const scheduler = new BatchScheduler((leave) => leave());
  const options = {
    replica: 'a',
    settings,
    scheduler,
    index: { add: ({ id }: StreamMetadata) => void redis.asked.push(`add ${id}`) },
    onShutOut: () => undefined,
  };
  own = new LocalStreams({ ...options, redis: redis.asClient });
});
afterEach(() => {
  own.close();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const begin = () => {
  const stream = card();
  const memory = { append: vi.fn<(bytes: unknown) => void>(), end: vi.fn<() => void>() };
  const writer = own.begin(stream, { stop: () => (stops += 1), setPaused: () => undefined }, memory);
  return { id: stream.id, memory, writer };
};

const keepFor = (seconds: number) => {
  settings.streamLog = { ...ROOMY, keepSeconds: seconds };
};
/** How often streams are renewed in so many milliseconds. */
const renewed = async (ms: number) => {
  redis.asked.length = 0;
  await pass(ms);
  return redis.count('pexpire') / 2;
};

describe('LocalStreams', () => {
  it('write into memory at once what they send to Redis later', async () => {
    const { writer, memory } = begin();
    writer.append(frame(0), true);
    expect(memory.append).toHaveBeenCalledExactlyOnceWith(frame(0), true);
    expect(redis.asked).toEqual([]);
    writer.end();
    expect(memory.end).toHaveBeenCalledOnce();
    await turn();
    expect(redis.count('xadd')).toBe(1);
  });

  it('are listed once they can be found, each time that their beginning is sent', async () => {
    redis.isAway = true;
    const { id, writer } = begin();
    await pass(600);
    redis.isAway = false;
    await pass(600);
    const beginning = ['xadd', 'set', 'pexpire', `add ${id}`];
    expect(redis.asked).toEqual([1, 2, 3, 4].flatMap(() => beginning));
    redis.asked.length = 0;
    writer.append(frame(0));
    writer.end();
    await pass(600);
    expect(redis.asked).not.toContain(`add ${id}`);
  });

  it('are produced here until they end, or nothing more of them is sent', async () => {
    const [running, ended, lost] = [begin(), begin(), begin()];
    ended.writer.end();
    lost.writer.append('x'.repeat(ROOMY.maxBytesPerStream + 1));
    expect([running, ended, lost].map(({ id }) => own.produces(id))).toEqual([true, false, false]);
    expect(own.has(lost.id)).toBe(true);
    expect(own.produces('another')).toBe(false);
  });

  it('are known, and can be stopped, while they run', async () => {
    const [one, two] = [begin(), begin()];
    expect(own.running).toEqual([one.id, two.id]);
    one.writer.end();
    expect(own.running).toEqual([two.id]);
    for (const { id } of [one, two]) own.stop(id);
    own.stop('unknown');
    expect(stops).toBe(1);
  });

  it('can be stopped also where they are lost for others', async () => {
    const { id, writer } = begin();
    writer.append(`data: ${'x'.repeat(ROOMY.maxBytesPerStream)}\n\n`);
    await turn();
    own.stop(id);
    expect([stops, own.running]).toEqual([1, [id]]);
    writer.end();
    expect(own.running).toEqual([]);
  });

  it('are kept while they run: thrice in their time, and as soon as Redis is there again', async () => {
    begin();
    await turn();
    redis.asked.length = 0;
    await pass(KEEP_MS);
    expect(redis.count('pexpire')).toBe(2 * 3);
    redis.emit('ready');
    expect(redis.count('pexpire')).toBe(2 * 4);
  });

  it('are kept no more once they are over', async () => {
    const { writer } = begin();
    writer.end();
    await turn();
    redis.asked.length = 0;
    await pass(2 * KEEP_MS);
    expect(redis.asked).toEqual([]);
  });

  it('have all been written when they are flushed', async () => {
    const streams = [begin(), begin()];
    await turn();
    for (const { writer } of streams) writer.append(frame(0));
    const flushed = own.flush();
    await pass(1);
    await flushed;
    expect(redis.count('xadd')).toBe(4);
  });
});

describe('LocalStreams whose settings have changed', () => {
  const RUN_MS = 30_000;

  it('are renewed in time where they begin later, and are kept for less', async () => {
    await turn();
    keepFor(RUN_MS / 1_000);
    begin();
    await turn();
    expect(await renewed(RUN_MS)).toBe(3);
  });

  it('are renewed in time where they began before, and others are kept for longer', async () => {
    keepFor(RUN_MS / 1_000);
    const { writer } = begin();
    await turn();
    keepFor(300);
    begin();
    await turn();
    expect(await renewed(RUN_MS)).toBe(2 * 3);
    writer.end();
    await pass(RUN_MS);
    expect(await renewed(300_000)).toBe(3);
  });
});

describe('LocalStreams that are closed', () => {
  it.each([
    { what: 'that run', prepare: () => undefined },
    { what: 'that are over and wait', prepare: ({ writer }: ReturnType<typeof begin>) => writer.end() },
    {
      what: 'whose loss nobody has heard of',
      prepare: ({ writer }: ReturnType<typeof begin>) => {
        writer.append(`data: ${'x'.repeat(ROOMY.maxBytesPerStream)}\n\n`);
        writer.end();
      },
    },
  ])('ask Redis for nothing more of streams $what', async ({ prepare }) => {
    redis.isAway = true;
    prepare(begin());
    await pass(100);
    own.close();
    await pass(300);
    redis.asked.length = 0;
    await pass(2 * KEEP_MS);
    expect(redis.asked).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leave what begins later to the memory', async () => {
    own.close();
    const { memory, writer } = begin();
    expect(writer).toBe(memory);
    await pass(KEEP_MS);
    expect(redis.asked).toEqual([]);
  });
});
