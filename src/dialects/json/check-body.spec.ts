import { describe, expect, it } from 'vitest';
import { checkBody } from './check-body.js';

const good = { role: 'user', content: 'Hello' };

describe('checkBody', () => {
  it.each([
    undefined,
    {},
    { messages: undefined },
    { messages: 'text' },
    { messages: [] },
    { messages: [good] },
  ])('leaves %j to the schema', (body) => {
    expect(() => checkBody(body)).not.toThrow();
  });

  it.each([
    [{}, /messages\.1\.role: /],
    [{ role: 7 }, /messages\.1\.role: /],
    [null, /messages\.1: /],
    ['text', /messages\.1: /],
    [[], /messages\.1: /],
  ])('names the message %j, which is none', (message, problem) => {
    const body = { messages: [good, message, good] };
    expect(() => checkBody(body)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringMatching(problem) }),
    );
  });

  it('names a few of a million wrong messages in a short text', () => {
    const messages = Array.from({ length: 1_000_000 }, () => ({}));
    const refuse = () => checkBody({ messages });
    expect(refuse).toThrow(/messages\.4\.role: [^;]+; and 999995 more$/);
    expect(refuse).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,600}$/) }));
  });

  it('gives the schema the first message alone, and its reader all of them', () => {
    const messages = [good, { role: 'assistant', content: null }, good];
    const { fields, messages: all } = checkBody({ model: 'm', messages });
    expect(fields).toEqual({ model: 'm', messages: [good] });
    expect(all).toBe(messages);
  });

  it.each([
    ['fields', Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, 0])), 'body: '],
    ['stops', { stop: Array.from({ length: 1001 }, () => 'a') }, 'stop: '],
  ])('refuses a body with more than 1,000 %s', (_, body, place) => {
    expect(() => checkBody(body)).toThrow(`The request is not valid: ${place}more than 1000 `);
  });
});
