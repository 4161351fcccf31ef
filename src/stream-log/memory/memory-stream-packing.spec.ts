import { describe, expect, it } from 'vitest';
import { card, frame } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { SluiceError } from '../../core/sluice-error.js';
import { MemoryStream } from './memory-stream.js';

/** Each of these frames is as long as the others. */
const numbered = (number: number) =>
  frame(number, 'x'.repeat(50)).replace(`s.${number}`, `s.${number + 1_000}`);
const SIZE = numbered(0).length;
const textOf = (end: number, from = 0) =>
  Array.from({ length: end - from }, (_, at) => numbered(from + at)).join('');

const nothing = () => undefined;

/** A stream with so many frames, and room for so many. */
function streamOf(frames: number, room = frames): MemoryStream {
  const stream = new MemoryStream(card(), {
    maxBytes: () => room * SIZE,
    onChange: nothing,
    setPaused: nothing,
  });
  for (let number = 0; number < frames; number += 1) stream.append(numbered(number));
  return stream;
}

/** How often a reader is given something, what it has then, and how it ended. */
function read(stream: MemoryStream, from = 0, flow = new BackPressure()) {
  const reader = { deliveries: 0, text: '', end: undefined as string | undefined };
  stream.read(from, flow).subscribe({
    next: (bytes) => {
      reader.deliveries += 1;
      reader.text += bytes.toString();
    },
    error: (error: unknown) => (reader.end = SluiceError.from(error).code),
    complete: () => (reader.end = 'complete'),
  });
  return reader;
}

describe('a MemoryStream that is over', () => {
  it('is packed into few pieces, which are read from any frame', () => {
    const stream = streamOf(2_000);
    const pages = read(stream).deliveries;
    const { bytes } = stream;
    stream.end();
    const packs = Math.ceil((2_000 * SIZE) / 65_536);
    expect(packs).toBeLessThan(pages);
    expect(read(stream)).toMatchObject({ deliveries: packs, text: textOf(2_000) });
    for (const from of [1, 777, 1_999, 2_000]) expect(read(stream, from).text).toBe(textOf(2_000, from));
    expect(stream.bytes).toBe(bytes);
    expect(stream.described).toMatchObject({ firstRetained: 0, frames: 2_000 });
  });

  it('is packed once its last reader has left, which loses nothing', () => {
    const stream = streamOf(20, 100);
    const flow = new BackPressure();
    flow.pause();
    const slow = read(stream, 0, flow);
    stream.end();
    flow.resume();
    expect(slow).toEqual({ deliveries: 2, text: textOf(20), end: 'complete' });
    expect(read(stream, 3)).toEqual({ deliveries: 1, text: textOf(20, 3), end: 'complete' });
  });

  it('knows what it has dropped', () => {
    const stream = streamOf(5, 3);
    stream.end();
    expect(stream.described).toMatchObject({ firstRetained: 2, frames: 5 });
    expect(read(stream, 2).text).toBe(textOf(5, 2));
    expect(read(stream, 1).end).toBe('stream-gone');
  });
});
