import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../core/frame.js';
import { Pages, type Place } from './pages.js';

const read = ({ page, from, to }: Place): string => page.toString('utf8', from, to);

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme', minLength: 1 }).map((unit) => unit.repeat(500)),
);
const frames: fc.Arbitrary<Frame[]> = fc.array(
  fc.oneof(
    text,
    text.map((frame) => Buffer.from(frame)),
  ),
  {
    maxLength: 50,
  },
);

describe('Pages', () => {
  it('keeps each frame where it says', () =>
    fc.assert(
      fc.property(frames, (some) => {
        const pages = new Pages();
        const places = some.map((frame) => pages.put(frame));
        expect(places.map(read)).toEqual(some.map(String));
      }),
    ));

  it('keeps what was put when it lets go of the rest', () => {
    const pages = new Pages();
    const before = pages.put('before');
    pages.release();
    const after = pages.put('after');
    expect([read(before), read(after)]).toEqual(['before', 'after']);
    expect(after.page).not.toBe(before.page);
  });

  it('takes more memory at once as a stream grows, up to 32 KB', () => {
    const pages = new Pages();
    const sizes = new Set<number>();
    for (let bytes = 0; bytes < 200_000; bytes += 100) sizes.add(pages.put('x'.repeat(100)).page.length);
    expect([...sizes]).toEqual([1, 2, 4, 8, 16, 32].map((kilobytes) => kilobytes * 1024));
  });

  it('takes no more than a long text needs', () => {
    expect(new Pages().put('x'.repeat(100_000)).page).toHaveLength(100_000);
  });
});
