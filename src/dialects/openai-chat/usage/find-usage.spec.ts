import { describe, expect, it } from 'vitest';
import { findUsage } from './find-usage.js';

const usage = { prompt_tokens: 1 };

describe('findUsage', () => {
  it.each([
    { usage },
    { usage, choices: [{ usage: { prompt_tokens: 2 } }] },
    { usage: null, choices: [{}, { usage }] },
    { choices: [], x_groq: { id: 'r', usage } },
    { usageMetadata: usage },
    { timings: usage },
  ])('finds it in %j', (json) => {
    expect(findUsage(json)).toBe(usage);
  });

  it('takes the counts beside an answer', () => {
    const json = { done: true, prompt_eval_count: 3, eval_count: 4 };
    expect(findUsage(json)).toBe(json);
  });

  it.each([[], 7, 'many'])('finds %j in its place too, though nobody can read it', (odd) => {
    expect(findUsage({ choices: [], usage: odd })).toBe(odd);
  });

  it.each([
    {},
    { usage: null },
    { choices: null },
    { choices: [null] },
    { choices: [{}] },
    { x_groq: { id: 'r' } },
  ])('finds none in %j', (json) => {
    expect(findUsage(json) ?? undefined).toBeUndefined();
  });
});
