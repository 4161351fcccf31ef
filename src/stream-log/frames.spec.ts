import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameBytes } from '../core/frame-bytes.js';
import { endOfFrame, countFrames, joinFrames } from './frames.js';

const FRAMES = ['data: ä\nid: s.0\n\n', 'event: done\ndata: {}\nid: s.1.end\n\n', 'data: 🙂\n\n'];
const forms: readonly { readonly name: string; readonly of: (text: string) => FrameBytes }[] = [
  { name: 'a string', of: (text) => text },
  { name: 'a buffer', of: (text) => Buffer.from(text) },
];

describe.each(forms)('the frames of $name', ({ of }) => {
  it('are counted', () => {
    expect(countFrames(of(''))).toBe(0);
    expect(countFrames(of(FRAMES[0] ?? ''))).toBe(1);
    expect(countFrames(of(FRAMES.join('')))).toBe(3);
  });

  it('are counted, whatever stands in them', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}\n`);
    const frames = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(frames, (lines) => {
        expect(countFrames(of(lines.map((frame) => `${frame.join('')}\n`).join('')))).toBe(lines.length);
      }),
    );
  });
});

it('a frame ends where the next one begins', () => {
  const bytes = Buffer.from(FRAMES.join(''));
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) ends.push((at = endOfFrame(bytes, at)));
  expect(ends.map((end) => bytes.toString('utf8', 0, end))).toEqual(
    FRAMES.map((_, at) => FRAMES.slice(0, at + 1).join('')),
  );
  expect(endOfFrame(Buffer.from('data: torn'), 2)).toBe(10);
});

it('frames are joined in their order, whatever their form', () => {
  expect(joinFrames(['ä\n\n', Buffer.from('→\n\n')]).toString()).toBe('ä\n\n→\n\n');
  expect(joinFrames([])).toHaveLength(0);
});
