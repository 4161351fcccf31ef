import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBase64 } from './join-base64.js';

const bytes = fc.uint8Array({ maxLength: 20 }).map((values) => Buffer.from(values));

describe('joinBase64', () => {
  it('joins pieces that are encoded each for itself', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (pieces) => {
        const joined = joinBase64(pieces.map((piece) => piece.toString('base64')));
        expect(joined).toBe(Buffer.concat(pieces).toString('base64'));
      }),
    );
  });

  it('joins one text that was cut anywhere', () => {
    fc.assert(
      fc.property(bytes, fc.nat(30), (whole, at) => {
        const text = whole.toString('base64');
        expect(joinBase64([text.slice(0, at), text.slice(at)])).toBe(text);
      }),
    );
  });
});
