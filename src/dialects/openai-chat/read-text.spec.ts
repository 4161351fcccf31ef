import { describe, expect, it } from 'vitest';
import { readText } from './read-text.js';

const HEAD = { id: 'c', created: 1, model: 'm' };
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const chunk = (choices: unknown[], fields: object = {}) =>
  `data: ${JSON.stringify({ ...HEAD, ...fields, object: 'chat.completion.chunk', choices })}\n\n`;
const delta = (fields: object, finish: string | null = null, index = 0) =>
  chunk([{ index, delta: fields, finish_reason: finish }]);
const said = (...frames: readonly string[]) => readText(Buffer.from(frames.join('')));
const BEGINNING = [
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'one' }),
  delta({ content: ' ä🙂' }),
];

describe('what chunks said', () => {
  it('is their text, each of which is about a token, and the fields that all of them have', () => {
    expect(said(...BEGINNING)).toEqual({ text: 'one ä🙂', tokens: 2, isPlainText: true, head: HEAD });
  });

  it('is plain text where a refusal is none, or a text tells of one', () => {
    const text = delta({ content: '{"refusal":"no"}', refusal: null }) + delta({ content: '!', refusal: '' });
    expect(said(...BEGINNING, text)).toMatchObject({ tokens: 4, isPlainText: true });
  });

  it.each<[string, string]>([
    ['on a chunk', chunk([{ index: 0, delta: { content: '!' } }], { usage: USAGE })],
    ['of its own', chunk([], { usage: USAGE }) + delta({ content: '!' })],
  ])('is plain text whatever usage comes with it, %s', (_, frame) => {
    expect(said(...BEGINNING, frame)).toMatchObject({ text: 'one ä🙂!', tokens: 3, isPlainText: true });
  });

  it('is nothing where there is none', () => {
    expect(said()).toEqual({ text: '', tokens: 0, isPlainText: true, head: {} });
  });

  it.each<[string, string]>([
    ['reasoning', delta({ reasoning_content: 'hm' })],
    ['a tool call', delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f' } }] })],
    ['another answer beside the first', delta({ content: 'x' }, null, 1)],
    ['a refusal', delta({ refusal: 'I cannot' })],
    ['a finish reason', delta({}, 'stop')],
    ['its end', 'data: [DONE]\n\n'],
    ['an error', 'data: {"error":{"message":"m","code":"upstream_cut"}}\n\n'],
    ['what is no JSON', 'data: {\n\n'],
  ])('is no plain text with %s', (_, frame) => {
    expect(said(...BEGINNING, frame).isPlainText).toBe(false);
  });
});
