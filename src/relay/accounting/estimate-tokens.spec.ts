import { describe, expect, it } from 'vitest';
import { estimatePromptTokens } from './estimate-tokens.js';

const ask = (content: unknown) => estimatePromptTokens({ messages: [{ role: 'user', content }] });

describe('estimatePromptTokens', () => {
  it('takes a token for four characters of the messages, as they are sent', () => {
    expect(JSON.stringify([{ role: 'user', content: 'Hello' }])).toHaveLength(35);
    expect(ask('Hello')).toBe(9);
  });

  it('grows with the question', () => {
    expect(ask('x'.repeat(4_000)) - ask('')).toBe(1_000);
  });

  it('counts every message and whatever it carries', () => {
    const tool = { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: 'x'.repeat(400) } }] };
    expect(estimatePromptTokens({ messages: [tool, tool] })).toBeGreaterThan(200);
    expect(ask([{ type: 'text', text: 'x'.repeat(400) }])).toBeGreaterThan(100);
  });

  it('does not count what is no question', () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    expect(
      estimatePromptTokens({ messages, model: 'm'.repeat(400), parameters: { stop: 'x'.repeat(400) } }),
    ).toBe(9);
  });
});
