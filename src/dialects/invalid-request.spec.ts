import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { invalidRequest } from './invalid-request.js';

const schema = z.object({
  temperature: z.number().max(2),
  messages: z.array(z.object({ role: z.string() })),
});

function errorOf(value: unknown) {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('The value is valid');
  return invalidRequest(error.issues);
}

describe('invalidRequest', () => {
  it('names every field that is wrong, and no value', () => {
    const error = errorOf({ temperature: 7, messages: [{ role: 'user' }, { role: 12_345 }] });
    expect(error).toMatchObject({ code: 'invalid-request', status: 400, retryable: false });
    expect(error.message).toMatch(/^The request is not valid: temperature: .+; messages\.1\.role: .+$/);
    expect(error.message).not.toContain('12345');
  });

  it('names the first five fields, and counts the others', () => {
    const { message } = errorOf({ temperature: 1, messages: Array.from({ length: 1000 }, () => ({})) });
    expect(message.split('; ')).toHaveLength(6);
    expect(message).toMatch(/messages\.4\.role: [^;]+; and 995 more$/);
  });

  it('speaks of the body when it is no object at all', () => {
    expect(errorOf('a prompt').message).toMatch(/^The request is not valid: body: /);
    expect(errorOf('a prompt').message).not.toContain('a prompt');
  });
});
