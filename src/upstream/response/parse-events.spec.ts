import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvents } from './parse-events.js';

const lines = fc.array(
  fc.oneof(
    fc.constantFrom('', 'data', 'data:', 'data: ', 'data: a', 'data:b', 'data:  c: d', 'event: e', 'event:'),
    fc.constantFrom(': comment', 'id: 7', 'retry: 5', 'unknown: field', 'dat', 'datax: y', 'events: z'),
    fc.string().map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
  ),
);

/** As a library reads the same text; it leaves out no event whose data is empty. */
function asLibrary(text: string) {
  const events: { data: string; name: string | undefined }[] = [];
  const parser = createParser({
    onEvent: ({ data, event }) => data !== '' && events.push({ data, name: event }),
  });
  parser.feed(text);
  return events;
}

describe('parseEvents', () => {
  it('reads what eventsource-parser reads', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), (some, end) => {
        const text = ['data: first', '', ...some, '', ''].join(end);
        expect(parseEvents(text)).toEqual(asLibrary(text));
      }),
    );
  });

  it('joins lines of data, also those without a value', () => {
    expect(parseEvents('data: a\ndata\ndata:b\n\n')).toEqual([{ data: 'a\n\nb', name: undefined }]);
  });

  it('reads lines that end in any way', () => {
    const text = 'event: x\rdata: a\r\n\rdata: b\n\r\ndata: c\r\r';
    expect(parseEvents(text)).toEqual([
      { data: 'a', name: 'x' },
      { data: 'b', name: undefined },
      { data: 'c', name: undefined },
    ]);
  });

  it('gives an event that is named error though it says nothing', () => {
    expect(parseEvents('event: error\n\nevent: ping\n\ndata: a\n\n')).toEqual([
      { data: '', name: 'error' },
      { data: 'a', name: undefined },
    ]);
  });

  it('takes a field of the name error for such an event', () => {
    expect(parseEvents('error: {"code":500}\n\n')).toEqual([{ data: '{"code":500}', name: 'error' }]);
  });

  it('leaves out an event that does not end', () => {
    expect(parseEvents('data: a\n\ndata: b\n')).toEqual([{ data: 'a', name: undefined }]);
  });

  it.each(['data: {\n', 'x\n', 'data: {\r\n', 'x\r', 'e\n'])(
    'refuses an event of too many lines %j',
    (line) => {
      const problem = expect.objectContaining({ code: 'upstream-error' });
      expect(() => parseEvents(line.repeat(100_001) + '\r\r')).toThrow(problem);
      expect(parseEvents(`data: a${line.slice(-1)}${line.repeat(99_000)}\r\r`)).toHaveLength(1);
    },
  );
});
