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
  it('keeps the words of the provider out of the message, for callers of other dialects', () => {
    const error = streamError({ message: 'key of org-acme' });
    expect(error.message).not.toContain('org-acme');
    expect(error.providerError).toEqual({ message: 'key of org-acme' });
  });

  it('has no words of the provider when their shape is unknown', () => {
    expect(streamError({ code: 1 }).providerError).toBeUndefined();
  });
});
