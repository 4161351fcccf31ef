import { describe, expect, it } from 'vitest';
import type { ScriptedRequest } from '../../testing/index.js';
import { simulatedAnswer } from './simulated-answer.js';

const request: ScriptedRequest = {
  streaming: true,
  includeUsage: true,
  model: 'gpt',
  question: 'Why is the sky blue?',
};

const payloads = simulatedAnswer(request)
  .steps(request)
  .flatMap((step) =>
    step.do === 'write'
      ? String(step.bytes)
          .trim()
          .replace(/^data: /, '')
      : [],
  );
const chunks = payloads
  .filter((payload) => payload !== '[DONE]')
  .map((payload) => JSON.parse(payload) as { choices: { delta: { content?: string } }[]; usage?: unknown });

describe('simulatedAnswer', () => {
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');

  it('says that it is simulated, how to change that, and what was asked', () => {
    expect(text).toMatch(/^\[simulated\] No model wrote this/);
    expect(text).toContain('OPENAI_API_KEY');
    expect(text).toContain('“Why is the sky blue?”');
  });

  it('is marked in every chunk, whatever model was requested', () => {
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ model: 'simulated', system_fingerprint: 'simulated' });
    }
  });

  it('comes word for word, at the pace of a model', () => {
    const waits = simulatedAnswer(request)
      .steps(request)
      .flatMap((step) => (step.do === 'wait' ? step.ms : []));
    expect(waits[0]).toBe(200);
    expect(waits.slice(1)).toEqual(Array.from({ length: waits.length - 1 }, () => 40));
    expect(waits.length).toBeGreaterThan(text.split(' ').length);
  });

  it('counts words for tokens', () => {
    const completion = text.split(' ').length;
    expect(chunks.at(-1)?.usage).toEqual({
      prompt_tokens: 5,
      completion_tokens: completion,
      total_tokens: 5 + completion,
    });
    expect(payloads.at(-1)).toBe('[DONE]');
  });
});
