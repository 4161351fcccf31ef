import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogReader } from '../../../test/contract/log-reader.js';
import { frame, WrittenStream } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { MemoryStreamLog } from './memory-stream-log.js';

const KEEP_SECONDS = 60;
/** Longer than the pieces of memory that shorter frames share: each has one of its own size. */
const TEXT = 'ä→🙂'.repeat(5_000);
const SIZE = Buffer.byteLength(frame(0, TEXT));

/** A log with room for so many frames of this test, and for what their streams take beside them. */
function logOf(room: { readonly all?: number; readonly each?: number } = {}) {
  const { all = 1_000, each = 1_000 } = room;
  const streamLog = {
    maxBytesPerStream: each * SIZE,
    maxBytes: (all + 0.5) * SIZE,
    keepSeconds: KEEP_SECONDS,
    leaseMs: 6_000,
  };
  const log = new MemoryStreamLog({ streamLog });
  const begin = (frames: number) => new WrittenStream(log, {}, TEXT).write(frames);
  const read = ({ id }: WrittenStream, from = 0, paused = false) => new LogReader(log, id, from, { paused });
  const stateOf = async ({ id }: WrittenStream) => {
    const found = await log.find(id);
    return found && found.firstRetained > 0 ? 'gone' : found?.state;
  };
  return { log, begin, read, stateOf };
}

describe('MemoryStreamLog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('counts the bytes of all streams', () => {
    const { log, begin } = logOf();
    begin(2).end();
    const running = begin(3);
    expect(log.bytes).toBe(5 * SIZE);
    running.write();
    expect(log.bytes).toBe(6 * SIZE);
  });

  it('counts what one stream drops of its beginning', () => {
    const { log, begin } = logOf({ each: 3 });
    const stream = begin(1);
    for (let left = 5; left > 0; left -= 1) stream.write();
    expect(log.bytes).toBe(3 * SIZE);
  });

  it('forgets what ended first where there is no room for all', async () => {
    const { log, begin, stateOf } = logOf({ all: 6 });
    const [first, second] = [begin(2).end(), begin(2).end()];
    const running = begin(2);
    expect(await stateOf(first)).toBe('over');
    running.write();
    expect(await Promise.all([first, second, running].map(stateOf))).toEqual(['gone', 'over', 'running']);
    expect(log.bytes).toBe(5 * SIZE);
  });

  it('keeps what was read last: the one that was not read for the longest time leaves first', async () => {
    const { begin, read, stateOf } = logOf({ all: 6 });
    const [first, second] = [begin(2).end(), begin(2).end()];
    expect(await read(first).ended).toBe('complete');
    begin(3);
    expect(await Promise.all([first, second].map(stateOf))).toEqual(['over', 'gone']);
  });

  it('forgets no more than it must, and nothing that runs', async () => {
    const { log, begin, stateOf } = logOf({ all: 10 });
    const running = begin(4);
    const ended = [begin(2).end(), begin(2).end(), begin(2).end()];
    running.write(3);
    expect(await Promise.all(ended.map(stateOf))).toEqual(['gone', 'gone', 'over']);
    expect(await stateOf(running)).toBe('running');
    expect(log.bytes).toBe(9 * SIZE);
  });

  it('takes the beginning of the stream that grows where nothing has ended', async () => {
    const { log, begin, read } = logOf({ all: 6 });
    const [other, grown] = [begin(3), begin(3)];
    const reader = read(grown);
    grown.write();
    expect(log.bytes).toBe(3 * SIZE);
    grown.write();
    expect(reader.text).toBe(grown.from(0));
    expect(await read(grown, 2).ended).toBe('stream-gone');
    expect(read(other).text).toBe(other.from(0));
  });

  it('pauses the stream that grows until its reader has what would be taken', async () => {
    const { log, begin, read } = logOf({ all: 6 });
    const [, grown] = [begin(3), begin(3)];
    const slow = read(grown, 0, true);
    grown.write();
    expect({ brakes: grown.brakes, bytes: log.bytes }).toEqual({ brakes: [true], bytes: 7 * SIZE });
    slow.flow.resume();
    expect({ brakes: grown.brakes, bytes: log.bytes }).toEqual({ brakes: [true, false], bytes: 3 * SIZE });
    grown.write().end();
    expect([await slow.ended, slow.text]).toEqual(['complete', grown.from(0)]);
  });

  it('lets a reader of a stream that is forgotten read on to its end', async () => {
    const { begin, read, stateOf } = logOf({ all: 6 });
    const ended = begin(3).end();
    const slow = read(ended, 0, true);
    begin(4);
    expect(await stateOf(ended)).toBe('gone');
    slow.flow.resume();
    expect(await slow.ended).toBe('complete');
    expect(slow.text).toBe(ended.from(0));
  });

  it('keeps a stream for its time after its end, and knows later that there was one', async () => {
    const { log, begin, read, stateOf } = logOf();
    const stream = begin(2);
    vi.advanceTimersByTime(KEEP_SECONDS * 2_000);
    stream.end();
    vi.advanceTimersByTime(KEEP_SECONDS * 1_000 - 1);
    expect(await stateOf(stream)).toBe('over');
    vi.advanceTimersByTime(1);
    expect(await log.find(stream.id)).toEqual({
      ...stream.card,
      state: 'over',
      firstRetained: 2,
      frames: 2,
      truncated: false,
    });
    expect(await read(stream).ended).toBe('stream-gone');
    expect((await log.list(stream.card.owner, { limit: 10 })).streams).toEqual([]);
    expect(log.bytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer of a stream that made room for another', () => {
    const { begin } = logOf({ all: 3 });
    begin(3).end();
    begin(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks nobody to stop what is forgotten', async () => {
    const { log, begin } = logOf();
    const stream = begin(1).end();
    vi.advanceTimersByTime(KEEP_SECONDS * 1_000);
    await log.stop(stream.id);
    expect(stream.stops).toBe(0);
  });

  it('pauses the producer of a stream that is dropped for its reader, and lets it continue', async () => {
    const { log, begin, read } = logOf({ each: 3 });
    const stream = begin(1);
    const slow = read(stream, 0, true);
    for (let left = 4; left > 0; left -= 1) stream.write();
    log.drop(stream.id);
    expect(stream.brakes).toEqual([true]);
    slow.flow.resume();
    expect(stream.brakes).toEqual([true, false]);
    slow.flow.pause();
    for (let left = 4; left > 0; left -= 1) stream.write();
    expect(stream.brakes).toEqual([true, false, true]);
    slow.flow.resume();
    stream.end();
    expect(await slow.ended).toBe('complete');
    expect(slow.text).toBe(stream.from(0));
  });

  it('pauses each of two producers of one stream for its own readers', () => {
    const { log, read } = logOf({ each: 3 });
    const dropped = new WrittenStream(log, {}, TEXT);
    read(dropped, 0, true);
    log.drop(dropped.id);
    const copy = new WrittenStream(log, { id: dropped.id }, TEXT);
    for (let left = 4; left > 0; left -= 1) dropped.write();
    expect([dropped.brakes, copy.brakes, log.bytes]).toEqual([[true], [], 0]);
  });

  it('gives nothing to one that has frames of another producer', async () => {
    const { log, begin } = logOf();
    const read = log.read(begin(3).id, 1, new BackPressure(), 2);
    await expect(firstValueFrom(read)).rejects.toMatchObject({ code: 'stream-gone' });
  });

  it('holds no timer and no bytes once it is closed, whatever its producers do then', async () => {
    const { log, begin, stateOf } = logOf();
    const [ended, running] = [begin(2).end(), begin(2)];
    expect(vi.getTimerCount()).toBe(1);
    void log.close();
    running.write().end();
    expect(await Promise.all([ended, running].map(stateOf))).toEqual([undefined, undefined]);
    expect({ bytes: log.bytes, timers: vi.getTimerCount() }).toEqual({ bytes: 0, timers: 0 });
  });
});
