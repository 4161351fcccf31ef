import { describe, expect, it, vi } from 'vitest';
import { card, frame } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import { MemoryStream } from './memory-stream.js';

/** Each of these frames is as long as the others. */
const numbered = (number: number) =>
  frame(number, 'x'.repeat(50)).replace(`s.${number}`, `s.${number + 1_000}`);
const SIZE = numbered(0).length;

/** A stream with room for so many frames, and what it tells. */
function streamOf(room: number) {
  const onChange = vi.fn<() => void>();
  const pauses: boolean[] = [];
  const stream = new MemoryStream(card(), {
    maxBytes: () => room * SIZE,
    onChange: onChange,
    setPaused: (on) => void pauses.push(on),
  });
  let written = 0;
  /** There is another room from now on. */
  const resize = (frames: number) => {
    room = frames;
    stream.fit();
  };
  const write = (times = 1) => {
    for (let left = times; left > 0; left -= 1) stream.append(numbered(written++));
  };
  return { stream, brakes: pauses, onChange, write, resize };
}

/** A reader, what it has, and how it ended. */
function readerOf(stream: MemoryStream, from = 0, paused = false) {
  const flow = new BackPressure();
  if (paused) flow.pause();
  const reader = { flow, numbers: [] as number[], end: undefined as string | undefined, leave: () => {} };
  const subscription = stream.read(from, flow).subscribe({
    next: (bytes) => {
      const ids = bytes.toString().matchAll(/id: s\.(\d+)/g);
      reader.numbers.push(...[...ids].map(([, id]) => Number(id) - 1_000));
    },
    error: (error: unknown) => (reader.end = SluiceError.from(error).code),
    complete: () => (reader.end = 'complete'),
  });
  reader.leave = () => subscription.unsubscribe();
  return reader;
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, at) => from + at);

describe('the window of a MemoryStream', () => {
  it('keeps what was written last, and never more than its bytes', () => {
    const { stream, write } = streamOf(3);
    for (let count = 1; count <= 10; count += 1) {
      write();
      expect(stream.bytes).toBe(Math.min(count, 3) * SIZE);
    }
    expect(stream.described).toMatchObject({ frames: 10 });
    expect(readerOf(stream, 7).numbers).toEqual([7, 8, 9]);
  });

  it('errors with stream-gone for a frame that has slid out, and for one that is not yet due', () => {
    const { stream, write } = streamOf(3);
    write(5);
    expect([0, 1, 2, 5, 6].map((from) => readerOf(stream, from).end)).toEqual([
      'stream-gone',
      'stream-gone',
      undefined,
      undefined,
      'stream-gone',
    ]);
  });

  it('says which frame is the first that is kept', () => {
    const { stream, write } = streamOf(3);
    write(3);
    expect(stream.described).toMatchObject({ state: 'running', firstRetained: 0 });
    write();
    expect(stream.described).toMatchObject({ state: 'running', firstRetained: 1, frames: 4 });
    stream.end();
    expect(stream.described).toMatchObject({ state: 'over', firstRetained: 1, frames: 4 });
  });

  it('tells of each entry and of the end, once', () => {
    const { stream, onChange, write } = streamOf(3);
    write(2);
    expect(onChange).toHaveBeenCalledTimes(2);
    stream.end();
    stream.end();
    expect(onChange).toHaveBeenCalledTimes(3);
    expect(stream.ended).toBe(true);
  });

  it('drops what its fastest reader has where there is less room, and continues what comes', () => {
    const { stream, write, resize } = streamOf(3);
    write(2);
    const late = readerOf(stream, 0, true);
    const current = readerOf(stream);
    resize(0);
    expect([stream.bytes, late.end, current.end]).toEqual([0, 'stream-gone', undefined]);
    resize(3);
    write(2);
    expect(current.numbers).toEqual([0, 1, 2, 3]);
    expect(stream.bytes).toBe(2 * SIZE);
  });
});

describe('the readers of a MemoryStream', () => {
  it('lose nothing while they keep up, however far the window slides', () => {
    const { stream, brakes: pauses, write } = streamOf(2);
    const readers = [readerOf(stream), readerOf(stream)];
    write(20);
    stream.end();
    for (const { numbers, end } of readers) {
      expect({ numbers, end }).toEqual({ numbers: upTo(20), end: 'complete' });
    }
    expect(pauses).toEqual([]);
  });

  it('are given what is larger than the whole window, where they keep up', () => {
    const { stream, write } = streamOf(2);
    const reader = readerOf(stream);
    write();
    stream.append(upTo(6, 1).map(numbered).join(''));
    expect(reader).toMatchObject({ numbers: upTo(6), end: undefined });
    expect(stream.bytes).toBe(2 * SIZE);
  });

  it('fall out with stream-gone where a faster one reads on, and slow nobody', () => {
    const { stream, brakes: pauses, write } = streamOf(3);
    const [slow, fast] = [readerOf(stream, 0, true), readerOf(stream)];
    write(3);
    expect(slow.end).toBeUndefined();
    write();
    expect(slow.end).toBe('stream-gone');
    write(6);
    expect({ numbers: fast.numbers, brakes: pauses }).toEqual({ numbers: upTo(10), brakes: [] });
  });

  it('are given nothing after they fell out', () => {
    const { stream, write } = streamOf(3);
    const slow = readerOf(stream, 0, true);
    readerOf(stream);
    write(5);
    slow.flow.resume();
    write();
    expect(slow.numbers).toEqual([]);
  });

  it('brake the producer when even the fastest would fall out, once', () => {
    const { stream, brakes: pauses, write } = streamOf(3);
    const [reader] = [readerOf(stream), readerOf(stream, 0, true)];
    write(2);
    reader.flow.pause();
    write(3);
    expect(pauses).toEqual([]);
    write(1);
    expect(pauses).toEqual([true]);
    // What its upstream had read before it was paused is kept too.
    write(2);
    expect({ brakes: pauses, bytes: stream.bytes, end: reader.end }).toEqual({
      brakes: [true],
      bytes: 6 * SIZE,
      end: undefined,
    });
  });

  it('release the producer by reading on, and lose nothing', () => {
    const { stream, brakes: pauses, write } = streamOf(3);
    const reader = readerOf(stream, 0, true);
    write(6);
    expect(pauses).toEqual([true]);
    reader.flow.resume();
    expect({ brakes: pauses, bytes: stream.bytes }).toEqual({ brakes: [true, false], bytes: 3 * SIZE });
    write();
    stream.end();
    expect(reader).toMatchObject({ numbers: upTo(7), end: 'complete' });
  });

  it('release the producer by leaving', () => {
    const { stream, brakes: pauses, write } = streamOf(3);
    const reader = readerOf(stream, 0, true);
    write(6);
    reader.leave();
    expect({ brakes: pauses, bytes: stream.bytes }).toEqual({ brakes: [true, false], bytes: 3 * SIZE });
  });

  it('brake the producer where there is no room for what they lack, and lose nothing', () => {
    const { stream, brakes: pauses, write, resize } = streamOf(3);
    const reader = readerOf(stream, 0, true);
    write(2);
    resize(0);
    expect({ brakes: pauses, bytes: stream.bytes }).toEqual({ brakes: [true], bytes: 2 * SIZE });
    reader.flow.resume();
    expect({ brakes: pauses, bytes: stream.bytes, end: reader.end }).toEqual({
      brakes: [true, false],
      bytes: 0,
      end: undefined,
    });
    expect(reader.numbers).toEqual([0, 1]);
  });

  it('brake nothing where there are none', () => {
    const { brakes: pauses, write } = streamOf(3);
    write(10);
    expect(pauses).toEqual([]);
  });

  it('have everything of a stream that ended while they were paused', () => {
    const { stream, write } = streamOf(3);
    const reader = readerOf(stream, 0, true);
    write(3);
    stream.end();
    expect(reader.end).toBeUndefined();
    reader.flow.resume();
    expect(reader).toMatchObject({ numbers: [0, 1, 2], end: 'complete' });
  });

  it('leave no listener on their flow', () => {
    const { stream, write } = streamOf(3);
    const flow = new BackPressure();
    const added = vi.spyOn(flow, 'add');
    const removed = vi.spyOn(flow, 'remove');
    write();
    stream.read(0, flow).subscribe().unsubscribe();
    stream.read(0, flow).subscribe();
    stream.end();
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('a MemoryStream whose frames are as large as its window', () => {
  it('says that a frame is gone, and skips none', () => {
    const { stream, write } = streamOf(0.5);
    write();
    expect([readerOf(stream, 0).end, readerOf(stream, 1).end]).toEqual(['stream-gone', undefined]);
    stream.end();
    expect([readerOf(stream, 0).end, readerOf(stream, 1).end]).toEqual(['stream-gone', 'complete']);
  });

  it('lets its producer continue when a reader joins that is not as slow', () => {
    const { stream, write } = streamOf(3);
    const slow = readerOf(stream, 0, true);
    write(5);
    const fast = readerOf(stream, 0);
    expect([slow.end, fast.end]).toEqual(['stream-gone', undefined]);
  });
});
