import { describe, expect, it } from 'vitest';
import { readUsage } from './read-usage.js';

describe('readUsage', () => {
  it('takes the numbers of the upstream, also where they do not add up', () => {
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 9, cost: 0.1 })).toEqual({
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 9,
    });
  });

  it('counts no completion where none is named, as for a refused prompt', () => {
    expect(readUsage({ prompt_tokens: 4 })).toEqual({ promptTokens: 4, completionTokens: 0, totalTokens: 4 });
  });

  it.each([null, undefined, 7, {}, { prompt_tokens: '1' }, { prompt_tokens: -1 }, { prompt_tokens: null }])(
    'reads no usage in %j',
    (value) => {
      expect(readUsage(value)).toBeUndefined();
    },
  );
});
