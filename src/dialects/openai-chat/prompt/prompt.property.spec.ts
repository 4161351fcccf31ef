import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prompt, PromptMessage } from '../../../core/prompt.js';
import { decodePrompt } from './decode-prompt.js';
import { encodePrompt } from './encode-prompt.js';

describe('messages and options as a chat completion request', () => {
  const text = fc.string();
  const bytes = fc.base64String({ minLength: 4 });
  const textPart = fc.record({ type: fc.constant('text' as const), text });
  const filePart = fc.oneof(
    fc.record({ type: fc.constant('file' as const), mediaType: fc.constant('image/png'), data: bytes }),
    fc.record({ type: fc.constant('file' as const), mediaType: fc.constant('image/*'), url: fc.webUrl() }),
    fc.record({ type: fc.constant('file' as const), mediaType: fc.constant('audio/wav'), data: bytes }),
    fc.record({
      type: fc.constant('file' as const),
      mediaType: fc.constant('application/pdf'),
      data: bytes,
      filename: text,
    }),
  );
  /** Text alone is written as a string. */
  const content = fc
    .array(fc.oneof(textPart, filePart), { minLength: 1 })
    .map((parts) => (parts.length === 1 && parts[0]?.type === 'text' ? parts[0].text : parts));
  const calls = fc.array(
    fc.record({
      type: fc.constant('tool-call' as const),
      toolCallId: text,
      toolName: text,
      input: fc.json(),
    }),
    { minLength: 1 },
  );
  const messages: fc.Arbitrary<PromptMessage> = fc.oneof(
    fc.record({ role: fc.constant('system' as const), content: text }),
    fc.record({ role: fc.constant('user' as const), content }),
    fc.record({ role: fc.constant('assistant' as const), content: text }),
    fc.record({ role: fc.constant('assistant' as const), content: calls }),
    fc.record({
      role: fc.constant('tool' as const),
      content: fc.tuple(
        fc.record({ type: fc.constant('tool-result' as const), toolCallId: text, output: content }),
      ),
    }),
  );
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const prompts: fc.Arbitrary<Prompt> = fc.record(
    {
      messages: fc.array(messages),
      maxOutputTokens: fc.nat(),
      temperature: number,
      topP: number,
      topK: fc.nat(),
      presencePenalty: number,
      frequencyPenalty: number,
      seed: fc.integer(),
      choices: fc.nat(),
      stopSequences: fc.array(text),
      responseFormat: fc.oneof(
        fc.constant({ type: 'text' as const }),
        fc.constant({ type: 'json' as const }),
        fc.record({
          type: fc.constant('json' as const),
          schema: fc.object(),
          name: text,
          strict: fc.boolean(),
        }),
      ),
      tools: fc.array(
        fc.record(
          { type: fc.constant('function' as const), name: text, description: text, inputSchema: fc.object() },
          { requiredKeys: ['type', 'name'] },
        ),
      ),
      toolChoice: fc.oneof(
        fc.record({ type: fc.constantFrom('auto' as const, 'none' as const, 'required' as const) }),
        fc.record({ type: fc.constant('tool' as const), toolName: text }),
      ),
      providerOptions: fc.constant({ 'openai-chat': { logit_bias: { 5: 1 } } }),
    },
    { requiredKeys: ['messages'] },
  );

  it('say the same, read again', () => {
    fc.assert(
      fc.property(prompts, (prompt) => {
        expect(decodePrompt(encodePrompt(prompt))).toEqual(prompt);
      }),
    );
  });

  it('leave out what only another dialect knows', () => {
    const providerOptions = { other: { thinking: true } };
    const given = {
      role: 'user',
      content: [{ type: 'text', text: 'x', providerOptions }],
      providerOptions,
    } as const;
    expect(encodePrompt({ messages: [given], providerOptions })).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
    });
  });

  it('make a message of each tool result', () => {
    const results = ['a', 'b'].map((id) => ({ type: 'tool-result' as const, toolCallId: id, output: id }));
    expect(encodePrompt({ messages: [{ role: 'tool', content: results }] })).toEqual({
      messages: ['a', 'b'].map((id) => ({ role: 'tool', tool_call_id: id, content: id })),
    });
  });
});
