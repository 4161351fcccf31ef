import { describe, expect, it } from 'vitest';
import { refuseWrongMessages } from './refuse-wrong-messages.js';

const good = { role: 'user', content: 'Hello' };

describe('refuseWrongMessages', () => {
  it.each([
    undefined,
    {},
    { messages: undefined },
    { messages: 'text' },
    { messages: [] },
    { messages: [good] },
  ])('leaves %j to the schema', (body) => {
    expect(() => refuseWrongMessages(body)).not.toThrow();
  });

  it.each([
    [{}, /messages\.1\.role: /],
    [{ role: 7 }, /messages\.1\.role: /],
    [null, /messages\.1: /],
    ['text', /messages\.1: /],
    [[], /messages\.1: /],
  ])('names the message %j, which is none', (message, problem) => {
    const body = { messages: [good, message, good] };
    expect(() => refuseWrongMessages(body)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringMatching(problem) }),
    );
  });

  it('names a few of a million wrong messages in a short text', () => {
    const messages = Array.from({ length: 1_000_000 }, () => ({}));
    const refuse = () => refuseWrongMessages({ messages });
    expect(refuse).toThrow(/messages\.4\.role: [^;]+; and 999995 more$/);
    expect(refuse).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,600}$/) }));
  });
});
