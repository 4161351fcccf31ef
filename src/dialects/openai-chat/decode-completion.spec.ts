import { describe, expect, it } from 'vitest';
import { decodeCompletion } from './decode-completion.js';

describe('decodeCompletion', () => {
  it('tells the model, the usage and how the choices finished', () => {
    const body = {
      model: 'm',
      choices: [
        { index: 0, message: { content: 'a' }, finish_reason: 'stop' },
        { index: 1, message: { content: 'b' }, finish_reason: 'length' },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 4 },
    };
    expect(decodeCompletion(body)).toEqual({
      model: 'm',
      finished: [0, 1],
      finishReason: 'length',
      usage: { promptTokens: 1, completionTokens: 2, totalTokens: 4 },
    });
  });

  it.each([
    { choices: [{ finish_reason: 'stop' }], usage: { input_tokens: 3, output_tokens: 4 } },
    { choices: [{ finish_reason: 'stop', usage: { prompt_tokens: 3, completion_tokens: 4 } }], model: '' },
  ])('reads the usage of %j, and no model without a name', (body) => {
    const usage = { promptTokens: 3, completionTokens: 4, totalTokens: 7 };
    expect(decodeCompletion(body)).toEqual({ finished: [0], finishReason: 'stop', usage, model: undefined });
  });

  it.each([{ message: { content: 'a' } }, { message: { content: 'a' }, finish_reason: null }])(
    'takes %j for an answer that says nothing of its end',
    (choice) => {
      const seen = decodeCompletion({ choices: [choice] });
      expect(seen).toMatchObject({ finished: [], finishReason: undefined });
      expect(seen.error).toBeUndefined();
    },
  );

  it('has no usage of counts that are none', () => {
    const usage = { prompt_tokens: 1e308, completion_tokens: 1e308 };
    expect(decodeCompletion({ choices: [{ finish_reason: 'stop' }], usage }).usage).toBeUndefined();
  });

  it('reports an error that came with a 200', () => {
    expect(decodeCompletion({ error: { message: 'no', code: 7 } })).toMatchObject({
      finished: [],
      error: { code: 'upstream-error', status: 502, providerError: { message: 'no', code: 7 } },
    });
  });

  it.each(['', ' ', 'null', 'None', 'undefined'])(
    'takes the finish reason "%s" for none',
    (finish_reason) => {
      const choices = [{ message: { content: 'a' }, finish_reason: 'stop' }, { finish_reason }];
      expect(decodeCompletion({ choices })).toMatchObject({ finished: [], error: { code: 'upstream-cut' } });
    },
  );

  it('has neither a finish reason nor an error where the field is null', () => {
    expect(decodeCompletion({ choices: [{ finish_reason: null }] })).toEqual({ finished: [] });
  });

  it('tells a word that nobody knows, whichever choice has it', () => {
    const choices = [{ finish_reason: 'a-vendor-word' }, { finish_reason: 'stop' }];
    expect(decodeCompletion({ choices }).finishReason).toBe('a-vendor-word');
  });

  it('does not take an empty error field for an error', () => {
    expect(decodeCompletion({ error: null, choices: [{ finish_reason: 'stop' }] })).toMatchObject({
      finished: [0],
    });
  });

  it.each([null, 'text', [], {}, { choices: [] }, { choices: 'none', usage: 7, model: 7 }])(
    'takes %j for no answer',
    (body) => {
      expect(decodeCompletion(body)).toMatchObject({ finished: [], error: { code: 'upstream-error' } });
    },
  );
});
