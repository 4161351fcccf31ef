import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../core/dialect/event-batch.js';
import { SluiceError } from '../../core/sluice-error.js';
import { SseFramer } from './sse-framer.js';

const MAX = 1_000;

const TRANSCRIPT = [
  ': a comment',
  '',
  'data: plain',
  '',
  'data:without a space',
  '',
  'data:  with two',
  '',
  'event: named',
  'id: 7',
  'retry: 5',
  'data: {"of":',
  'data: "two lines"}',
  '',
  '',
  'data: Grüße, 世界 👩‍👩‍👧 e\u0301',
  '',
  'unknown: field',
  'data',
  '',
  'data: a: b: c',
  '',
  'data: [DONE]',
  '',
  '',
];

const EVENTS = [
  'plain',
  'without a space',
  ' with two',
  '{"of":\n"two lines"}',
  'Grüße, 世界 👩‍👩‍👧 e\u0301',
  'a: b: c',
  '[DONE]',
];

const LINE_ENDS: [string, string][] = [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
];

/** As a dialect does. */
function completionToEvents(json: unknown): string {
  if (json === null || typeof json !== 'object' || 'no' in json)
    throw new SluiceError('upstream-error', 'None');
  return `data: ${JSON.stringify(json)}\n\ndata: [DONE]\n\n`;
}

/** The blocks of a stream that closes after its chunks, then the failure if there was one. */
function blocksOf(chunks: readonly Buffer[], maxEventBytes = MAX) {
  const blocks = new SseFramer(maxEventBytes, { completionToEvents });
  const found: EventBatch[] = [];
  for (const chunk of chunks) {
    const block = blocks.push(chunk);
    if (block !== undefined) found.push(block);
    const { tooLarge } = blocks;
    if (tooLarge !== undefined) return { found, tooLarge };
  }
  const rest = blocks.flush();
  return { found: rest === undefined ? found : [...found, rest], tooLarge: undefined };
}

function dataOf(block: EventBatch, from = 0, to = block.bytes.length): string[] {
  return block.events(from, to).map(({ data }) => data);
}

/** The data of all events, then the failure's code if there was one. */
function eventsOf(chunks: readonly Buffer[], maxEventBytes = MAX): string[] {
  const { found, tooLarge } = blocksOf(chunks, maxEventBytes);
  const events = found.flatMap((block) => dataOf(block));
  return tooLarge === undefined ? events : [...events, `! ${tooLarge.code}`];
}

/** The bytes, cut at the offsets. */
function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ends = [...offsets.toSorted((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('SseFramer', () => {
  describe.each(LINE_ENDS)('with %s lines', (_, end) => {
    const bytes = Buffer.from(TRANSCRIPT.join(end));

    it('reads a transcript that comes at once', () => {
      expect(eventsOf([bytes])).toEqual(EVENTS);
    });

    it('reads the same when it is cut in two at any byte', () => {
      for (let at = 0; at <= bytes.length; at += 1) {
        expect(eventsOf(cut(bytes, [at])), `cut at ${at}`).toEqual(EVENTS);
      }
    });

    it('reads the same byte by byte', () => {
      expect(eventsOf([...bytes].map((byte) => Buffer.of(byte)))).toEqual(EVENTS);
    });

    it('reads the same however it is cut', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length)), (offsets) => {
          expect(eventsOf(cut(bytes, offsets))).toEqual(EVENTS);
        }),
      );
    });
  });

  it('reads lines that end in different ways', () => {
    expect(eventsOf([Buffer.from('data: a\r\n\ndata: b\n\r\ndata: c\rdata: d\n\n')])).toEqual([
      'a',
      'b',
      'c\nd',
    ]);
  });

  it('hands over the bytes as they came, one block for each chunk that completes an event', () => {
    const chunks = ['data: a\n\ndata: b\n\nda', 'ta: ', 'c\n\n', ': ping\n\n'];
    const { found } = blocksOf(chunks.map((chunk) => Buffer.from(chunk)));
    expect(found.map(({ bytes }) => bytes.toString())).toEqual([
      'data: a\n\ndata: b\n\n',
      'data: c\n\n',
      ': ping\n\n',
    ]);
  });

  it('drops a torn last event and keeps what stood before it', () => {
    expect(eventsOf([Buffer.from('data: a\n\ndata: {"torn')])).toEqual(['a']);
  });

  it('keeps a last event without its blank line, and a bare [DONE]', () => {
    expect(eventsOf([Buffer.from('data: a\n')])).toEqual(['a']);
    expect(eventsOf([Buffer.from('data: a\n\ndata: [DONE]')])).toEqual(['a', '[DONE]']);
  });

  it('fails when an event exceeds the limit, however small its chunks are', () => {
    const bytes = Buffer.from(`data: a\n\ndata: ${'x'.repeat(50)}\n\n`);
    const chunks = [...bytes].map((byte) => Buffer.of(byte));
    expect(eventsOf(chunks, 40)).toEqual(['a', '! upstream-error']);
    expect(eventsOf(chunks, 60)).toEqual(['a', 'x'.repeat(50)]);
  });

  it('says that trying again is of no use when an event is too large', () => {
    const { tooLarge } = blocksOf([Buffer.from('data: 0123456789')], 10);
    expect(tooLarge).toMatchObject({ code: 'upstream-error', retryable: false });
  });

  it('gives the data of a block as often as it is asked, and of each block its own', () => {
    const { found } = blocksOf([Buffer.from('data: a\n\n'), Buffer.from('data: b\n\n')]);
    expect(found.map((block) => dataOf(block))).toEqual([['a'], ['b']]);
    expect(found.map((block) => dataOf(block))).toEqual([['a'], ['b']]);
  });

  it('leaves nothing of one text to the next', () => {
    const { found } = blocksOf([Buffer.from('data: one\n\ndata: two\n\n')]);
    // A text that ends within a line, and one that ends within an event.
    expect(found.map((block) => dataOf(block, 0, 'data: o'.length))).toEqual([[]]);
    expect(found.map((block) => dataOf(block, 0, 'data: one\n'.length))).toEqual([[]]);
    const second = 'data: one\n\n'.length;
    expect(found.map((block) => dataOf(block, second))).toEqual([['two']]);
  });
});

const readAll = (...chunks: string[]) => eventsOf(chunks.map((chunk) => Buffer.from(chunk)));

describe('the ends of lines and the beginning of a stream', () => {
  it('reads lines that end with CR alone, whole and torn', () => {
    expect(readAll('data: a\r\rdata: b\r\r')).toEqual(['a', 'b']);
    expect(readAll('data: a\r', '\rdata: b\r', '\r')).toEqual(['a', 'b']);
  });

  it('reads the first event after a byte order mark', () => {
    expect(readAll('\ufeffdata: a\n\ndata: b\n\n')).toEqual(['a', 'b']);
  });

  it('drops a torn event whose text ends like the end of a stream', () => {
    expect(readAll('data: a\n\ndata: {"c":"[DONE]')).toEqual(['a']);
  });
});

describe('a body that is JSON', () => {
  const value = { object: 'list', 'data: a': ['Grüße 👩‍👩‍👧', '}]"\\'] };
  const events = [JSON.stringify(value), '[DONE]'];
  const printed = Buffer.from(JSON.stringify(value, null, '\n\n'));

  it('is read as one value when it ends, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(printed.length)), (offsets) => {
        expect(eventsOf(cut(printed, offsets))).toEqual(events);
      }),
    );
    expect(eventsOf([...printed].map((byte) => Buffer.of(byte)))).toEqual(events);
    expect(readAll('[{"a":1}]')).toEqual(['[{"a":1}]', '[DONE]']);
  });

  it('may have blanks and a byte order mark before it, which may be torn', () => {
    const bytes = Buffer.from('\ufeff \n\n\t\r\n\r\n {"a":1}\n\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(eventsOf(cut(bytes, [at])), `cut at ${at}`).toEqual(['{"a":1}', '[DONE]']);
    }
  });

  it('begins with the first visible byte, or nowhere', () => {
    expect(readAll('data: a\n\n', '{"a":1}\n\n', 'data: b\n\n')).toEqual(['a', 'b']);
    expect(readAll(': ping\n\n{"a":1}\n\n')).toEqual([]);
    expect(readAll('\n\n \n', 'data: a\n\n')).toEqual(['a']);
  });

  it.each(['{', '{"a":1', '{"a":"}', '[1,[2]', '{"a":{}', '{"a":"\\"}'])(
    'is nothing when it is torn: %s',
    (torn) => {
      expect(readAll(torn)).toEqual([]);
    },
  );

  it.each([
    '{"a":1}\n{"a":2}\n',
    '{a:1}',
    '[1,]',
    '{"a":1}}',
    `${'['.repeat(300)}${']'.repeat(300)}`,
    '{"no":1}',
  ])('is an error when it is no value, is nested too deeply, or is no answer: %s', (text) => {
    expect(() => readAll(text)).toThrow(SluiceError);
  });

  it('fails as soon as it exceeds the limit', () => {
    const bytes = Buffer.from(`{"a":"${'x'.repeat(50)}\n\n`);
    expect(
      eventsOf(
        [...bytes].map((byte) => Buffer.of(byte)),
        40,
      ),
    ).toEqual(['! upstream-error']);
    expect(eventsOf([Buffer.from(`${' '.repeat(100)}{"a":1}`)], 40)).toEqual(['{"a":1}', '[DONE]']);
  });
});
