import { describe, expect, it } from 'vitest';
import { card, frame } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import { MemoryStream } from './memory-stream.js';

/** Each of these has a piece of memory of its own, so that it is read by itself. */
const large = (number: number) => frame(number, 'x'.repeat(40_000));

/** A stream that has ended with more than its window, and that was read by so many slow readers. */
function overflowing(readers: number) {
  const stream = new MemoryStream(card(), {
    maxBytes: () => 1_000,
    onChange: () => undefined,
    setPaused: () => undefined,
  });
  const slow = Array.from({ length: readers }, () => readerOf(stream));
  const frames = Array.from({ length: 9 }, (_, at) => large(at));
  for (const each of frames) stream.append(each);
  stream.end();
  return { stream, slow, frames, bytes: Buffer.byteLength(frames.join('')) };
}

/** One that takes a frame each time that it is asked to. */
function readerOf(stream: MemoryStream, from = 0) {
  const flow = new BackPressure();
  const reader = {
    text: '',
    end: undefined as string | undefined,
    take: () => flow.resume(),
    leave: () => {},
  };
  flow.pause();
  const subscription = stream.read(from, flow).subscribe({
    next: (bytes) => {
      flow.pause();
      reader.text += bytes.toString();
    },
    error: (error: unknown) => (reader.end = SluiceError.from(error).code),
    complete: () => (reader.end = 'complete'),
  });
  return Object.assign(reader, { leave: () => subscription.unsubscribe() });
}

describe('a MemoryStream that ends with more than its window', () => {
  it('gives a single slow reader all of it', () => {
    const { slow, frames } = overflowing(1);
    for (const [reader] of frames.map(() => slow)) reader?.take();
    expect(slow).toMatchObject([{ text: frames.join(''), end: 'complete' }]);
  });

  it('holds no more than that reader lacks, and the window once nobody reads', () => {
    const { stream, slow, frames, bytes } = overflowing(1);
    for (const [at] of frames.slice(0, 8).entries()) {
      slow[0]?.take();
      expect(stream.bytes).toBe(bytes - Buffer.byteLength(frames.slice(0, at + 1).join('')));
    }
    slow[0]?.leave();
    expect(stream.bytes).toBe(0);
  });

  it('keeps nothing for the slower one of two, who falls out of the window', () => {
    const { slow, frames } = overflowing(2);
    for (let left = 3; left > 0; left -= 1) slow[0]?.take();
    expect(slow.map(({ end }) => end)).toEqual([undefined, 'stream-gone']);
    for (let left = frames.length - 3; left > 0; left -= 1) slow[0]?.take();
    expect(slow[0]).toMatchObject({ text: frames.join(''), end: 'complete' });
  });
});

describe('a reader of a MemoryStream', () => {
  it('knows of the end before it is given the last frame', () => {
    const stream = new MemoryStream(card(), {
      maxBytes: () => 1_000,
      onChange: () => undefined,
      setPaused: () => undefined,
    });
    const flow = new BackPressure();
    const ended: boolean[] = [];
    stream.read(0, flow).subscribe(() => void ended.push(flow.ended));
    stream.append(frame(0));
    stream.append(frame(1), true);
    expect(ended).toEqual([false, true]);
  });
});
