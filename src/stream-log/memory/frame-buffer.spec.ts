import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { FrameBuffer } from './frame-buffer.js';

/** A frame as a string or as a buffer, now and then a long one. */
const frame: fc.Arbitrary<FrameBytes> = fc
  .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(1, 1, 1, 500), fc.boolean())
  .map(([text, times, isText]) => {
    const line = `data: ${text.replaceAll(/[\r\n]/g, '').repeat(times)}\n\n`;
    return isText ? line : Buffer.from(line);
  });
/** What is put together, and how many frames are dropped after it. */
const steps = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.nat(3)), {
  maxLength: 30,
});

/** All that stands from a position on. */
function read(pages: FrameBuffer, from: number): string {
  let text = '';
  for (let at = from; at < pages.end;) {
    const bytes = pages.from(at);
    text += bytes?.toString() ?? '';
    at += bytes?.length ?? Number.NaN;
  }
  return text;
}

/** What is kept, frame by frame, and how the positions of the others are told. */
function contentOf(pages: FrameBuffer) {
  const { firstRetained, frames } = pages;
  const numbers = Array.from({ length: frames + 2 }, (_, number) => number);
  return {
    positions: numbers.filter((number) => pages.positionOf(number) !== undefined),
    rests: numbers
      .slice(firstRetained, frames + 1)
      .map((number) => read(pages, pages.positionOf(number) ?? -1)),
    bytes: pages.end - pages.start,
  };
}

/** Puts and drops in some pages and in a list of texts. */
function play(some: readonly [FrameBytes[], number][]) {
  const pages = new FrameBuffer();
  const texts: string[] = [];
  let dropped = 0;
  for (const [frames, drops] of some) {
    texts.push(...frames.map(String));
    const [first = ''] = frames;
    pages.put(frames.length === 1 ? first : frames.join(''));
    for (let left = Math.min(drops, texts.length - dropped); left > 0; left -= 1) {
      pages.drop();
      dropped += 1;
    }
  }
  const rests = Array.from({ length: texts.length - dropped + 1 }, (_, at) =>
    texts.slice(dropped + at).join(''),
  );
  const content = {
    positions: rests.map((_, at) => dropped + at),
    rests,
    bytes: Buffer.byteLength(rests[0] ?? ''),
  };
  return { pages, content };
}

describe('FrameBuffer', () => {
  it('give every frame that is kept, from any of them on, and know of no other', () =>
    fc.assert(
      fc.property(steps, (some) => {
        const { pages, content } = play(some);
        expect(contentOf(pages)).toEqual(content);
      }),
    ));

  it('give the same when they are packed', () =>
    fc.assert(
      fc.property(steps, (some) => {
        const { pages, content } = play(some);
        pages.pack();
        expect(contentOf(pages)).toEqual(content);
      }),
    ));

  it('take more memory at once as a stream grows, up to 32 KB', () => {
    const pages = new FrameBuffer();
    const sizes = new Set<number | undefined>();
    while (pages.end < 200_000) {
      const at = pages.end;
      pages.put(`${'x'.repeat(98)}\n\n`);
      sizes.add(pages.from(at)?.buffer.byteLength);
    }
    expect([...sizes]).toEqual([1, 2, 4, 8, 16, 32].map((kilobytes) => kilobytes * 1024));
  });

  it('take no more than a long text needs', () => {
    const pages = new FrameBuffer();
    pages.put(`${'x'.repeat(99_998)}\n\n`);
    expect(pages.from(0)?.buffer.byteLength).toBe(100_000);
  });

  it('use the room of what was dropped until it is full', () => {
    const pages = new FrameBuffer();
    pages.put('data: a\n\n');
    const page = pages.from(0)?.buffer;
    pages.drop();
    pages.put('data: b\n\n');
    expect(pages.from(9)?.buffer).toBe(page);
  });

  it('drop what is no whole frame up to the end of what was put', () => {
    const pages = new FrameBuffer();
    pages.put('data: torn');
    pages.drop();
    expect([pages.start, pages.end]).toEqual([10, 10]);
  });

  it('pack frames into pieces of up to 64 KB that are as large as what stands in them', () => {
    const pages = new FrameBuffer();
    for (let left = 1_000; left > 0; left -= 1) pages.put(`${'x'.repeat(98)}\n\n`);
    pages.drop();
    pages.pack();
    const sizes: number[] = [];
    for (let at = pages.start; at < pages.end; at += sizes.at(-1) ?? Number.NaN) {
      sizes.push(pages.from(at)?.length ?? 0);
      expect(pages.from(at)?.buffer.byteLength).toBe(sizes.at(-1));
    }
    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toBeGreaterThan(60_000);
    expect(sizes[0]).toBeLessThanOrEqual(65_536);
  });
});
