import { describe, expect, it } from 'vitest';
import { bodyTextOf, rememberBodyText } from './body-text.js';

const request = (body: unknown, rawBody?: unknown) => ({
  method: 'POST',
  url: '/',
  headers: {},
  body,
  rawBody,
});

describe('bodyTextOf', () => {
  it('is what the parser remembers of a body', () => {
    const body = { a: 1 };
    rememberBodyText(body, '{"a":1.0}');
    expect(bodyTextOf(request(body))).toBe('{"a":1.0}');
  });

  it('is what the bytes say that a host keeps', () => {
    expect(bodyTextOf(request({ a: 1 }, Buffer.from('\ufeff{"a":1.0}')))).toBe('{"a":1.0}');
  });

  it.each<[string, unknown, unknown]>([
    ['a host’s middleware has changed the body', { a: 1, user: 'of the host' }, Buffer.from('{"a":1}')],
    ['the bytes are in another charset', { a: 1 }, Buffer.from('{"a":1}', 'utf16le')],
    ['nobody keeps the bytes', { a: 1 }, undefined],
    ['the bytes are something else', { a: 1 }, '{"a":1}'],
    ['there is no body', undefined, Buffer.from('{}')],
  ])('is not known where %s', (_, body, rawBody) => {
    expect(bodyTextOf(request(body, rawBody))).toBeUndefined();
  });
});
