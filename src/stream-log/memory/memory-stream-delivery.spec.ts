import { describe, expect, it } from 'vitest';
import { card, frame } from '../../../test/contract/written-stream.js';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { MemoryStream } from './memory-stream.js';

const ROOM = 10_000;

const nothing = () => undefined;

/** A stream with so many frames. */
function streamOf(frames = 0): MemoryStream {
  const stream = new MemoryStream(card(), { maxBytes: () => ROOM, onChange: nothing, setPaused: nothing });
  for (let number = 0; number < frames; number += 1) stream.append(frame(number));
  return stream;
}

/** What a reader is given, each time; `onNext` is called before it has the frame. */
function read(stream: MemoryStream, onNext: (flow: BackPressure) => void = () => undefined) {
  const flow = new BackPressure();
  const seen: FrameBytes[] = [];
  stream.read(0, flow).subscribe((bytes) => {
    onNext(flow);
    seen.push(bytes);
  });
  return { flow, seen, text: () => seen.join('') };
}

const bytesOf = (...numbers: number[]) => Buffer.from(numbers.map((number) => frame(number)).join(''));

describe('a reader of a MemoryStream', () => {
  it('is given what comes as it came, as long as it has all before it', () => {
    const stream = streamOf();
    const { flow, seen } = read(stream);
    stream.append(frame(0));
    flow.pause();
    stream.append(frame(1));
    flow.resume();
    expect(seen).toEqual([frame(0), bytesOf(1)]);
  });

  it('is given what is long as it is kept', () => {
    const stream = streamOf();
    const { seen } = read(stream);
    const long = frame(0, 'ä'.repeat(1_100));
    stream.append(long);
    expect(seen).toEqual([Buffer.from(long)]);
  });

  it('is given at once what it has missed', () => {
    expect(read(streamOf(3)).seen).toEqual([bytesOf(0, 1, 2)]);
  });

  it('may pause and resume while it is given a frame', () => {
    const stream = streamOf(3);
    const { seen } = read(stream, (flow) => {
      flow.pause();
      flow.resume();
    });
    stream.append(frame(3));
    expect(seen).toEqual([bytesOf(0, 1, 2), frame(3)]);
  });

  it('is given what is added while it is given a frame once, and after it', () => {
    const stream = streamOf();
    let added = false;
    const first = read(stream, () => {
      if (!added) {
        added = true;
        stream.append(frame(1));
        stream.append(frame(2));
      }
    });
    const second = read(stream);
    stream.append(frame(0));
    expect(first.seen).toEqual([frame(0), bytesOf(1, 2)]);
    expect(second.text()).toBe(bytesOf(0, 1, 2).toString());
  });
});
