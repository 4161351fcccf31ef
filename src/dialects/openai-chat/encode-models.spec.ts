import { describe, expect, it } from 'vitest';
import { encodeModel, encodeModels } from './encode-models.js';

describe('encodeModels', () => {
  it('prints the list that OpenAI’s clients know', () => {
    const fast = { id: 'fast', object: 'model', created: 0, owned_by: 'openai' };
    expect(encodeModel({ id: 'fast', ownedBy: 'openai' })).toEqual(fast);
    expect(encodeModels([{ id: 'fast', ownedBy: 'openai' }])).toEqual({ object: 'list', data: [fast] });
    expect(encodeModels([])).toEqual({ object: 'list', data: [] });
  });
});
