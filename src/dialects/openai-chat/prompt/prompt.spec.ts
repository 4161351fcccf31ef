import { describe, expect, it } from 'vitest';
import type { PromptMessage } from '../../../core/prompt.js';
import { decodePrompt } from './decode-prompt.js';

const user = { role: 'user', content: 'Hi' };
const read = (fields: object) => decodePrompt({ messages: [user], ...fields });
const message = (fields: object): PromptMessage | undefined =>
  decodePrompt({ messages: [fields] }).messages[0];

describe('a chat completion request in no dialect’s words', () => {
  it.each<[string, object, object]>([
    ['a system message', { role: 'system', content: 'Be brief' }, { role: 'system', content: 'Be brief' }],
    [
      'a developer message',
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'Be ' },
          { type: 'text', text: 'brief' },
        ],
      },
      { role: 'system', content: 'Be brief', providerOptions: { 'openai-chat': { role: 'developer' } } },
    ],
    ['a name', { ...user, name: 'ann' }, { ...user, providerOptions: { 'openai-chat': { name: 'ann' } } }],
    [
      'a tool result',
      { role: 'tool', tool_call_id: 'c', content: '4' },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', output: '4' }] },
    ],
    [
      'text, reasoning and tool calls of an answer',
      {
        role: 'assistant',
        content: 'Look',
        reasoning_content: 'hm',
        refusal: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'add', arguments: '{"a":1.0}' } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'Look' },
          { type: 'tool-call', toolCallId: 'c', toolName: 'add', input: '{"a":1.0}' },
        ],
      },
    ],
    [
      'a refusal',
      { role: 'assistant', content: null, refusal: 'No' },
      { role: 'assistant', content: [{ type: 'text', text: 'No' }] },
    ],
    ['an answer without anything', { role: 'assistant' }, { role: 'assistant', content: '' }],
  ])('has %s', (_, given, expected) => {
    expect(message(given)).toEqual(expected);
  });

  it.each<[string, object, object]>([
    ['text', { type: 'text', text: 'x' }, { type: 'text', text: 'x' }],
    [
      'text with a mark of its provider',
      { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } },
      {
        type: 'text',
        text: 'x',
        providerOptions: { 'openai-chat': { cache_control: { type: 'ephemeral' } } },
      },
    ],
    [
      'an image by its address',
      { type: 'image_url', image_url: { url: 'https://a.invalid/b.png', detail: 'low' } },
      {
        type: 'file',
        mediaType: 'image/*',
        url: 'https://a.invalid/b.png',
        providerOptions: { 'openai-chat': { detail: 'low' } },
      },
    ],
    [
      'the bytes of an image',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
      { type: 'file', mediaType: 'image/png', data: 'QUJD' },
    ],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
      { type: 'file', mediaType: 'audio/mpeg', data: 'QUJD' },
    ],
    [
      'a document',
      { type: 'file', file: { file_data: 'data:application/pdf;base64,QUJD', filename: 'a.pdf' } },
      { type: 'file', mediaType: 'application/pdf', data: 'QUJD', filename: 'a.pdf' },
    ],
    [
      'a file that the provider has',
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'file', mediaType: 'application/octet-stream', fileId: 'file-1' },
    ],
  ])('has %s among the content', (_, given, expected) => {
    expect(message({ role: 'user', content: [given] })).toEqual({ role: 'user', content: [expected] });
  });

  it('has every option under its own name, and what only chat completions know apart', () => {
    const schema = { type: 'object' };
    expect(
      read({
        model: 'm',
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 9,
        max_completion_tokens: 8,
        temperature: 0,
        top_p: 0.5,
        top_k: 4,
        presence_penalty: 1,
        frequency_penalty: -1,
        seed: 3,
        n: 2,
        stop: 'END',
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
        tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: schema } }],
        tool_choice: { type: 'function', function: { name: 'f' } },
        logit_bias: { 5: 1 },
        user: null,
      }),
    ).toEqual({
      messages: [user],
      maxOutputTokens: 8,
      temperature: 0,
      topP: 0.5,
      topK: 4,
      presencePenalty: 1,
      frequencyPenalty: -1,
      seed: 3,
      choices: 2,
      stopSequences: ['END'],
      responseFormat: { type: 'json', schema, name: 'a', strict: true },
      tools: [{ type: 'function', name: 'f', description: 'd', inputSchema: schema }],
      toolChoice: { type: 'tool', toolName: 'f' },
      providerOptions: { 'openai-chat': { logit_bias: { 5: 1 } } },
    });
  });

  it.each<[string, object]>([
    ['messages', { messages: 'x' }],
    ['messages.0.role', { messages: [{ role: 'function', name: 'f', content: 'x' }] }],
    ['messages.0.audio', { messages: [{ role: 'assistant', audio: { id: 'a' } }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ type: 'video_url' }] }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }],
    [
      'messages.0.content.0',
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'x' } }] },
        ],
      },
    ],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }],
    [
      'messages.0.content.0',
      { messages: [{ role: 'system', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    ['messages.0.content', { messages: [{ role: 'user', content: 5 }] }],
    ['messages.0', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.tool_calls.0', { messages: [{ role: 'assistant', tool_calls: [{ type: 'custom' }] }] }],
    ['tools.0', { tools: [{ type: 'web_search' }] }],
    ['tool_choice', { tool_choice: { type: 'allowed_tools' } }],
    ['response_format', { response_format: { type: 'grammar' } }],
  ])('refuses what cannot be said in another dialect, and names it: %s', (field, fields) => {
    const refusal = expect.objectContaining({
      code: 'invalid-request',
      message: expect.stringContaining(` ${field}: `),
    });
    expect(() => read(fields)).toThrow(refusal);
  });
});
