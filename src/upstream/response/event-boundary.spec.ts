import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EventBoundary } from './event-boundary.js';

/** What comes out of each push. */
function push(boundary: EventBoundary, ...chunks: string[]): (string | undefined)[] {
  return chunks.map((chunk) => boundary.push(Buffer.from(chunk))?.toString());
}

/** What is left of the chunks when the upstream has closed. */
function flushed(...chunks: string[]): string | undefined {
  const boundary = new EventBoundary();
  push(boundary, ...chunks);
  return boundary.flush()?.toString();
}

describe('EventBoundary', () => {
  it('passes a chunk of whole events on without copying it', () => {
    const chunk = Buffer.from('data: a\n\ndata: b\n\n');
    expect(new EventBoundary().push(chunk)).toBe(chunk);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('cuts after the last blank line of %s lines', (_, end) => {
    const events = `data: a${end}${end}data: b${end}${end}`;
    const boundary = new EventBoundary();
    expect(push(boundary, `${events}data: c`, end, end)).toEqual([events, undefined, `data: c${end}${end}`]);
    expect(boundary.carriedBytes).toBe(0);
  });

  it.each([
    ['LF and CRLF', 'data: a\n\r\n'],
    ['CRLF and LF', 'data: a\r\n\n'],
    ['CR and CRLF', 'data: a\r\r\n'],
  ])('takes %s for a blank line', (_, event) => {
    expect(push(new EventBoundary(), `${event}data:`)).toEqual([event]);
  });

  it('takes one CRLF, whole or torn, for one line end', () => {
    expect(push(new EventBoundary(), 'data: a\r\n', 'data: b\r', '\ndata: c', '\n')).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds a blank line that is spread over several chunks', () => {
    expect(push(new EventBoundary(), 'data: a', '\r', '\n', '\r', '\n')).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'data: a\r\n\r\n',
    ]);
  });

  it('counts what it holds back', () => {
    const boundary = new EventBoundary();
    push(boundary, 'data: a\n\ndata: ', 'b');
    expect(boundary.carriedBytes).toBe('data: b'.length);
    push(boundary, '\n\n');
    expect(boundary.carriedBytes).toBe(0);
  });

  it('adds nothing, loses nothing and turns nothing round, however the bytes are cut', () => {
    const piece = fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'é😀', ':');
    const chunks = fc.array(fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))));
    fc.assert(
      fc.property(chunks, (sent) => {
        const boundary = new EventBoundary();
        const cut = sent.flatMap((chunk) => boundary.push(chunk) ?? []);
        const blocks = Buffer.concat(cut);
        const whole = Buffer.concat(sent);
        expect(whole.subarray(0, blocks.length)).toEqual(blocks);
        expect(boundary.carriedBytes).toBe(whole.length - blocks.length);
      }),
    );
  });

  it('finds the same last blank line, however the bytes are cut', () => {
    const piece = fc.constantFrom('\n', '\r\n', 'data: x', ':');
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat({ max: 6 })), (pieces, sizes) => {
        const whole = Buffer.from(pieces.join(''));
        const boundary = new EventBoundary();
        const blocks: Buffer[] = [];
        let from = 0;
        for (const size of [...sizes, whole.length]) {
          blocks.push(boundary.push(whole.subarray(from, from + size)) ?? Buffer.alloc(0));
          from += size;
        }
        const [found = ''] = push(new EventBoundary(), whole.toString());
        // Of line ends after a blank line some may wait for the next event.
        expect(Buffer.concat(blocks).toString().trimEnd()).toBe(found.trimEnd());
      }),
      { numRuns: 2_000 },
    );
  });

  describe('when the upstream has closed', () => {
    it.each([['data: a\n'], ['data: a\r\n'], ['data: a\r']])(
      'completes %j, which lacks only its blank line',
      (rest) => {
        expect(flushed(`data: 0\n\n${rest}`)).toBe(`${rest}\n\n`);
      },
    );

    it('keeps a bare [DONE] without a line end', () => {
      expect(flushed('data: [DO', 'NE]')).toBe('data: [DONE]\n\n');
    });

    it.each([['data: {"torn":'], ['data: a\ndata: b'], ['']])('drops the torn %j', (rest) => {
      expect(flushed(`data: 0\n\n${rest}`)).toBeUndefined();
    });

    it('gives the rest once', () => {
      const boundary = new EventBoundary();
      push(boundary, 'data: a\n');
      boundary.flush();
      expect(boundary.flush()).toBeUndefined();
      expect(boundary.carriedBytes).toBe(0);
    });
  });

  it('holds an event of tiny chunks in few pieces, and gives it as it came', () => {
    const concat = vi.spyOn(Buffer, 'concat');
    try {
      const boundary = new EventBoundary();
      for (let sent = 0; sent < 20_000; sent += 1) boundary.push(Buffer.from('x'));
      const copied = concat.mock.calls
        .flatMap(([pieces]) => pieces)
        .reduce((sum, { length }) => sum + length, 0);
      // A copy of all at each chunk would be 200 million bytes.
      expect(copied).toBeLessThan(1_000_000);
      concat.mockClear();
      expect(boundary.push(Buffer.from('\n\n'))?.toString()).toBe(`${'x'.repeat(20_000)}\n\n`);
      expect(Math.max(...concat.mock.calls.map(([pieces]) => pieces.length))).toBeLessThan(100);
    } finally {
      concat.mockRestore();
    }
  });
});
