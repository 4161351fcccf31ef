import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../core/frame.js';
import { framesIn, joinFrames, withoutFrames } from './frames.js';

const FRAMES = ['data: ä\nid: s.0\n\n', 'event: done\ndata: {}\nid: s.1.end\n\n', 'data: 🙂\n\n'];
const forms: readonly { readonly name: string; readonly of: (text: string) => Frame }[] = [
  { name: 'a string', of: (text) => text },
  { name: 'a buffer', of: (text) => Buffer.from(text) },
];

describe.each(forms)('the frames of $name', ({ of }) => {
  it('are counted', () => {
    expect(framesIn(of(''))).toBe(0);
    expect(framesIn(of(FRAMES[0] ?? ''))).toBe(1);
    expect(framesIn(of(FRAMES.join('')))).toBe(3);
  });

  it.each([0, 1, 2, 3])('are what is left without the first %i', (count) => {
    const left = withoutFrames(of(FRAMES.join('')), count);
    expect(left.toString()).toBe(FRAMES.slice(count).join(''));
    expect(typeof left).toBe(typeof of(''));
  });

  it('are counted and cut at the same places, whatever stands in them', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}\n`);
    const frames = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.nat(8), (lines, some) => {
        const texts = lines.map((frame) => `${frame.join('')}\n`);
        const count = Math.min(some, texts.length);
        const bytes = of(texts.join(''));
        expect(framesIn(bytes)).toBe(texts.length);
        expect(withoutFrames(bytes, count).toString()).toBe(texts.slice(count).join(''));
        expect(framesIn(withoutFrames(bytes, count))).toBe(texts.length - count);
      }),
    );
  });
});

it('frames are joined in their order, whatever their form', () => {
  expect(joinFrames(['ä\n\n', Buffer.from('→\n\n')]).toString()).toBe('ä\n\n→\n\n');
  expect(joinFrames([])).toHaveLength(0);
});

it('the rest of a buffer is a view of it, no copy', () => {
  const bytes = Buffer.from(FRAMES.join(''));
  const rest = withoutFrames(bytes, 1);
  expect(Buffer.isBuffer(rest) && rest.buffer === bytes.buffer).toBe(true);
});
