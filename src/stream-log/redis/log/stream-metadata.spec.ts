import { describe, expect, it } from 'vitest';
import { card } from '../../../../test/contract/written-stream.js';
import { formatMetadata, parseMetadata } from './stream-metadata.js';

const stream = card({ owner: 'ä "tenant"', dialect: 'openai-chat' });
const whole = {
  owner: 'web',
  dialect: 'native',
  route: 'r',
  startedAt: 1,
  replica: 'a',
};
const read = (value: unknown) => parseMetadata('s', JSON.stringify(value));

describe('what is kept of a stream beside its frames', () => {
  it.each([true, false])('is read as it was written: lost is %s', (lost) => {
    const meta = { metadata: stream, replica: 'a', lost };
    expect(parseMetadata(stream.id, formatMetadata(meta))).toEqual(meta);
  });

  it('may hold what later versions add', () => {
    expect(read({ ...whole, new: { x: 1 } })).toEqual(parseMetadata('s', JSON.stringify(whole)));
    expect(read(whole)).toMatchObject({ replica: 'a', lost: false, metadata: { id: 's', owner: 'web' } });
  });

  it.each(['', '{', 'null', '"text"', '7', '[]', '{}'])('is nothing where %j stands', (text) => {
    expect(parseMetadata('s', text)).toBeUndefined();
  });

  it.each(Object.keys(whole))('is nothing where its %s is missing, or something else', (name) => {
    expect(read({ ...whole, [name]: undefined })).toBeUndefined();
    expect(read({ ...whole, [name]: { toString: () => 'native' } })).toBeUndefined();
  });

  it('keeps the name of any dialect, and is nothing without one', () => {
    expect(read({ ...whole, dialect: 'telepathy' })?.metadata.dialect).toBe('telepathy');
    expect(read({ ...whole, dialect: 7 })).toBeUndefined();
  });

  it('is lost where that is said in so many words', () => {
    expect(read({ ...whole, lost: 'true' })?.lost).toBe(false);
    expect(read({ ...whole, lost: true })?.lost).toBe(true);
  });
});
