import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import { MAX_CONTINUATION_CHARS } from '../max-continuation-chars.js';
import { nativeEncoder } from './native-encoder.js';
import { readText } from './read-text.js';

const said = (...frames: readonly string[]) => readText(Buffer.from(frames.join('')));
const text = (part: string): StreamPart => ({ type: 'text-delta', choice: 0, text: part });
const encode = (...parts: StreamPart[]) => nativeEncoder('s').encode(parts).join('');

describe('what native frames said', () => {
  it('is the text of their deltas, each of which is about a token', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 20 }), (texts) => {
        expect(said(encode(...texts.map(text)))).toEqual({
          text: texts.join(''),
          tokens: texts.length,
          isPlainText: true,
          head: {},
        });
      }),
    );
  });

  it('is nothing where only the head went out', () => {
    const opening = nativeEncoder('s').opening().join('');
    expect(said(opening)).toMatchObject({ text: '', tokens: 0, isPlainText: true });
  });

  it.each<[string, string]>([
    ['reasoning', encode({ type: 'reasoning-delta', choice: 0, text: 'hm' })],
    ['a tool call', encode({ type: 'tool-call-delta', choice: 0, index: 0, name: 'f' })],
    [
      'an end',
      nativeEncoder('s')
        .finish({ finishReason: 'stop', usage: undefined, model: 'm', unterminated: false })
        .join(''),
    ],
    ['an error', nativeEncoder('s').fail(new SluiceError('upstream-cut', 'cut'))?.join('') ?? ''],
    ['what is no JSON', 'data: {\n\n'],
    ['more than is kept', encode(text('x'.repeat(MAX_CONTINUATION_CHARS)))],
  ])('is no plain text with %s', (_, frames) => {
    expect(said(encode(text('one')), frames).isPlainText).toBe(false);
  });
});
