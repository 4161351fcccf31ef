import { describe, expect, it } from 'vitest';
import type { TextContent } from '../../core/prompt.js';
import { estimatePromptTokens } from './estimate-tokens.js';

const ask = (content: string | TextContent[]) =>
  estimatePromptTokens({ messages: [{ role: 'user', content }] });

describe('estimatePromptTokens', () => {
  it('takes a token for four characters of the messages, as they are sent', () => {
    expect(JSON.stringify([{ role: 'user', content: 'Hello' }])).toHaveLength(35);
    expect(ask('Hello')).toBe(9);
  });

  it('grows with the question', () => {
    expect(ask('x'.repeat(4_000)) - ask('')).toBe(1_000);
  });

  it('counts every message and whatever it carries', () => {
    const call = { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: 'x'.repeat(400) } as const;
    const message = { role: 'assistant', content: [call] } as const;
    expect(estimatePromptTokens({ messages: [message, message] })).toBeGreaterThan(200);
    expect(ask([{ type: 'text', text: 'x'.repeat(400) }])).toBeGreaterThan(100);
  });

  it('does not count what is no question', () => {
    const messages = [{ role: 'user', content: 'Hello' }] as const;
    const [model, text] = ['m'.repeat(400), 'x'.repeat(400)];
    expect(estimatePromptTokens({ messages, model, stopSequences: [text] })).toBe(9);
    const source = { dialect: 'any', body: { messages, stop: text } };
    expect(estimatePromptTokens({ model, source })).toBe(9);
  });

  it('counts the whole body where its dialect has no messages', () => {
    expect(estimatePromptTokens({ source: { dialect: 'any', body: { ask: 'x'.repeat(400) } } })).toBe(103);
  });
});
