import { describe, expect, it } from 'vitest';
import { NdjsonFramer } from './ndjson-framer.js';

/** The lines that come out of a text which arrives in chunks of so many bytes. */
function linesOf(text: string, size: number): string[] {
  const framer = new NdjsonFramer(1_000);
  const bytes = Buffer.from(text);
  const batches = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    framer.push(bytes.subarray(at * size, (at + 1) * size)),
  );
  return [...batches, framer.flush()].flatMap(
    (batch) => batch?.events(0, batch.bytes.length).map(({ data }) => data) ?? [],
  );
}

describe('NdjsonFramer', () => {
  it.each([1, 2, 3, 7, 100])('gives whole lines, cut every %d bytes', (size) => {
    expect(linesOf('{"a":"ä"}\n{"b":2}\r\n\n{"c":3}\n', size)).toEqual(['{"a":"ä"}', '{"b":2}', '{"c":3}']);
  });

  it('gives a last line that has no end once the upstream has closed', () => {
    expect(linesOf('{"a":1}\n{"b":2}', 4)).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('gives no batch for a part of a line', () => {
    expect(new NdjsonFramer(10).push(Buffer.from('{"a"'))).toBeUndefined();
  });

  it('is too large as soon as one line is, however it comes', () => {
    const framer = new NdjsonFramer(10);
    framer.push(Buffer.from('{"a":1}\n{"a":1}\n'));
    framer.push(Buffer.from('x'.repeat(10)));
    expect(framer.tooLarge).toBeUndefined();
    framer.push(Buffer.from('x'));
    expect(framer.tooLarge).toMatchObject({ code: 'upstream-error', retryable: false });
  });
});
