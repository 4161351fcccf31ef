import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import { eventBlock } from '../../../test/support/event-block.js';
import { passThrough } from './pass-through.js';

const asking = (includeUsage: boolean): ChatRequest => ({
  messages: [],
  source: { dialect: 'openai-chat', body: { stream_options: { include_usage: includeUsage } } },
});
const event = (data: string) => `data: ${data}\n\n`;
const text = (content: string) => event(JSON.stringify({ choices: [{ index: 0, delta: { content } }] }));

/** What a caller is sent of some events after its first content, and the usage that was read in them. */
function sent(events: string, includeUsage: boolean) {
  const transcoder = passThrough(asking(includeUsage));
  transcoder.push(eventBlock(text('first')));
  const { output, usage } = transcoder.push(eventBlock(events));
  return { output: output.map(String).join(''), usage };
}

describe('a usage that nobody asked for', () => {
  it.each([
    '{"choices":[],"usage":{"input_tokens":3,"output_tokens":4}}',
    '{"choices":[],"usage":{"tokens":{"in":3}}}',
    '{"choices":[],"usage":[{"prompt_tokens":3}]}',
    '{"choices":[],"usage":7}',
    '{"choices":[],"usage":"3 and 4"}',
    '{"choices":[],"usage":{"prompt_tokens":1e308,"completion_tokens":1}}',
    '{"usage":{"prompt_tokens":3}}',
    '{"choices":null,"usage": {"total":7}}',
    '{"choices":[],"usage":null,"x_groq":{"usage":{"prompt_tokens":3}}}',
    '{"choices":[],"usageMetadata":{"promptTokenCount":3}}',
    '{"choices":[],"timings":{"prompt_n":3,"predicted_n":4}}',
  ])('is taken out whatever its shape: %s', (data) => {
    const around = text('a') + event(data) + text('b') + event('[DONE]');
    expect(sent(around, false).output).toBe(text('a') + text('b') + event('[DONE]'));
    expect(sent(around, true).output).toBe(around);
  });

  it.each([
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4}}]}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"timings":{"prompt_n":3,"predicted_n":4}}',
    '{"choices":[{"index":0,"delta":{"content":"a"}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}',
  ])('is read and stays where the provider puts it beside an answer by itself: %s', (data) => {
    const usage = { promptTokens: 3, completionTokens: 4, totalTokens: 7 };
    expect(sent(event(data), false)).toEqual({ output: event(data), usage });
  });

  it.each(['{"choices":[],"usage":null}', '{"choices":[],"prompt_filter_results":[]}', '{"sources":["a"]}'])(
    'is not taken for one where there is none: %s',
    (data) => {
      expect(sent(event(data), false).output).toBe(event(data));
    },
  );
});
