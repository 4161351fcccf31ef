import { describe, expect, it } from 'vitest';
import { LogReader } from '../../../test/contract/log-reader.js';
import { WrittenStream } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { MemoryStreamLog } from './memory-stream-log.js';

const MIB = 1024 * 1024;

const logOf = (maxBytes: number) =>
  new MemoryStreamLog({
    streamLog: { maxBytesPerStream: 4 * MIB, maxBytes, keepSeconds: 300, leaseMs: 6_000 },
  });

/** Bytes of all pieces of memory in which frames of these streams stand. */
async function memoryOf(log: MemoryStreamLog, streams: readonly WrittenStream[]): Promise<number> {
  const pieces = new Set<ArrayBufferLike>();
  const found = await Promise.all(streams.map(({ id }) => log.find(id)));
  for (const { id, firstRetained } of found.filter((stream) => stream !== undefined)) {
    const take = (bytes: unknown) => bytes instanceof Buffer && pieces.add(bytes.buffer);
    log
      .read(id, firstRetained, new BackPressure())
      .subscribe({ next: take, error: () => undefined })
      .unsubscribe();
  }
  return [...pieces].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

describe('the memory of a MemoryStreamLog', () => {
  it.each([100, 5_000, 20_000])(
    'is within its bound while streams of words of %d characters run',
    async (length) => {
      const log = logOf(MIB);
      const streams = Array.from({ length: 60 }, () => new WrittenStream(log, {}, 'x'.repeat(length)));
      for (let rounds = 2 * (MIB / 60 / length); rounds > 0; rounds -= 1) {
        for (const stream of streams) stream.write();
      }
      const memory = await memoryOf(log, streams);
      expect(memory).toBeGreaterThan(0);
      expect(memory).toBeLessThanOrEqual(MIB);
      expect(log.held).toBeLessThanOrEqual(MIB);
    },
  );

  it('is given back where a single long frame is dropped', () => {
    const log = logOf(MIB);
    const stream = new WrittenStream(log, {}, 'x'.repeat(2 * MIB)).write();
    expect(log.held).toBeLessThan(10_000);
    stream.end();
    expect(log.bytes).toBe(0);
  });

  it('is given back where a frame is longer than its stream may keep, and the log has room', () => {
    const log = logOf(64 * MIB);
    new WrittenStream(log, {}, 'x'.repeat(5 * MIB)).write();
    expect(log.held).toBeLessThan(10_000);
  });

  it('counts what each stream takes by itself, however little it says', async () => {
    const log = logOf(MIB);
    const streams = Array.from({ length: 2_000 }, () => new WrittenStream(log).write().end());
    const retained = streams.filter(({ id }) => log.has(id));
    expect(retained.length).toBeGreaterThan(100);
    expect(retained.length).toBeLessThanOrEqual(MIB / 2_048);
  });

  it('counts what a slow reader holds of a stream that is forgotten, until it leaves', () => {
    const log = logOf(MIB);
    const read = new WrittenStream(log, {}, 'x'.repeat(800_000)).write().end();
    const slow = new LogReader(log, read.id, 0, { paused: true });
    new WrittenStream(log, {}, 'x'.repeat(500_000)).write().end();
    expect(log.has(read.id)).toBe(false);
    expect(log.held).toBeGreaterThan(800_000);
    slow.leave();
    expect(log.held).toBeLessThan(800_000);
  });
});
