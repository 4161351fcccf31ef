import { describe, expect, it } from 'vitest';
import { readError, streamError } from './read-error.js';

describe('readError', () => {
  it('reads the message and keeps every field of the provider', () => {
    const error = { message: 'no', type: 't', code: null, vendor: { a: 1 } };
    expect(readError({ error, request_id: 'r' })).toEqual({ message: 'no', error });
  });

  it('reads an error that is bare text', () => {
    expect(readError({ error: 'no' })).toEqual({ message: 'no', error: { message: 'no' } });
  });

  it.each([
    undefined,
    null,
    7,
    '',
    ' ',
    {},
    [],
    [{}],
    { error: null },
    { error: '' },
    { error: { code: 1 } },
  ])('finds no error in %j', (body) => {
    expect(readError(body)).toBeUndefined();
  });
});

describe('streamError', () => {
  it('keeps the words of a provider that names no status, for callers of every dialect', () => {
    const error = streamError({ message: 'out of memory' });
    expect(error.message).toBe('The upstream reported an error within its stream: out of memory');
    expect(error.providerError).toEqual({ message: 'out of memory' });
  });

  it('has no words of the provider when their shape is unknown', () => {
    expect(streamError({ code: 1 }).providerError).toBeUndefined();
  });
});
