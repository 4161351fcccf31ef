import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { eventBlock } from '../../../test/support/event-block.js';
import { eventDecoder } from './chunk/decode-event.js';
import { passThrough } from './pass-through.js';

const QUIET: ChatRequest = { messages: [] };
const asking = (includeUsage: boolean): ChatRequest => ({
  messages: [],
  source: { dialect: 'openai-chat', body: { stream_options: { include_usage: includeUsage } } },
});

const chunk = (content: string, rest: object = {}) =>
  JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...rest });
const event = (data: string) => `data: ${data}\n\n`;
const FIRST = event(chunk('first'));
const FINISH = event('{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}');
const USAGE = event('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}');
const DONE = event('[DONE]');

/** A stream that has sent its first content, so that the fast way is open. */
function committed(request = QUIET) {
  const transcoder = passThrough(request);
  transcoder.push(eventBlock(FIRST));
  const push = (text: string) => {
    const { output, ...seen } = transcoder.push(eventBlock(text));
    return { usage: undefined, error: undefined, ...seen, text: output.map(String).join('') };
  };
  return { transcoder, push };
}

describe('passThrough', () => {
  it('passes the very bytes on when there is nothing to look at', () => {
    const transcoder = passThrough(QUIET);
    transcoder.push(eventBlock(FIRST));
    const plain = eventBlock(event(chunk('a')) + event(chunk('b')) + event(chunk('c')));
    const { output, ...seen } = transcoder.push(plain);
    expect(output).toEqual([plain.bytes]);
    expect(output[0]).toBe(plain.bytes);
    expect(seen).toMatchObject({ events: 3, content: true, done: false, finished: [] });
  });

  it('does not take a role for content: nothing is committed by it', () => {
    const role = event('{"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}');
    const { output, content, model } = passThrough(QUIET).push(eventBlock(role));
    expect({ output: output.map(String), content, model }).toEqual({
      output: [role],
      content: false,
      model: 'm',
    });
  });

  it('passes the bytes of a block on in one piece even where it must look at them', () => {
    const all = eventBlock(FIRST + event(chunk('a')) + event(chunk('b')) + FINISH + DONE);
    expect(passThrough(QUIET).push(all)).toMatchObject({ output: [all.bytes], events: 5, done: true });
    const bytes = eventBlock(FIRST + event(chunk('a')) + USAGE + event(chunk('b')) + DONE);
    const texts = passThrough(QUIET).push(bytes).output.map(String);
    expect(texts).toEqual([FIRST + event(chunk('a')), event(chunk('b')) + DONE]);
  });

  it.each([
    ['before', (text: string) => passThrough(QUIET).push(eventBlock(text)).output.map(String).join('')],
    ['after', (text: string) => committed().push(text).text],
  ])('keeps vendor fields byte for byte %s the first content', (_, relay) => {
    const odd = event('{"b":1.0e2,"a":"\\u0041","choices":[{"delta":{"content":"x","vendor":[1, 2]}}] }');
    expect(relay(odd)).toBe(odd);
    expect(relay(odd + FINISH)).toBe(odd + FINISH);
  });

  it.each([
    '"usage":{"prompt_tokens":1}',
    '[DONE]',
    '"error":{"message":"no"}',
    '"finish_reason":"stop"',
    '\r\n\n\n',
  ])('is not misled by a model that writes %j', (content) => {
    const text = event(chunk(content));
    expect(committed().push(text)).toMatchObject({
      text,
      content: true,
      done: false,
      finished: [],
      usage: undefined,
      error: undefined,
    });
  });

  it('tells the finish reason and passes its chunk on', () => {
    expect(committed().push(event(chunk('a')) + FINISH)).toMatchObject({
      text: event(chunk('a')) + FINISH,
      finished: [0],
      finishReason: 'length',
      content: true,
    });
  });

  it.each([
    ['takes the usage out for a caller that did not ask', QUIET, ''],
    ['takes the usage out for a caller that refused it', asking(false), ''],
    ['leaves the usage to a caller that asked', asking(true), USAGE],
  ])('%s, and reads it in any case', (_, request, expected) => {
    const { push } = committed(request);
    const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
    expect(push(USAGE)).toMatchObject({ text: expected, usage, content: false });
    expect(committed(request).push(FINISH + USAGE + DONE).text).toBe(FINISH + expected + DONE);
  });

  it('leaves a usage that stands beside content where it is', () => {
    const text = event(chunk('a', { usage: { prompt_tokens: 1 } })) + event(chunk('b', { usage: null }));
    expect(committed().push(text)).toMatchObject({ text, usage: { promptTokens: 1 } });
  });

  it('leaves a chunk without choices where it is when it holds no usage', () => {
    const text = event('{"choices":[],"prompt_filter_results":[{"prompt_index":0}],"usage":null}');
    expect(passThrough(QUIET).push(eventBlock(text)).output.map(String)).toEqual([text]);
  });

  it('sends nothing that follows [DONE]', () => {
    expect(committed().push(FINISH + DONE + event(chunk('late')))).toMatchObject({
      text: FINISH + DONE,
      done: true,
      events: 2,
    });
  });

  it('stops at an error and delivers what stood before it', () => {
    const error = event('{"error":{"message":"overloaded","code":7}}');
    const seen = committed().push(event(chunk('kept')) + error + event(chunk('lost')));
    expect(seen).toMatchObject({
      text: event(chunk('kept')),
      content: true,
      error: { code: 'upstream-error', providerError: { message: 'overloaded', code: 7 } },
    });
  });

  it('sees an error beside choices, which some clients overlook', () => {
    const both = event(
      '{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"x"}}',
    );
    expect(committed().push(both)).toMatchObject({
      text: '',
      finished: [],
      error: { code: 'upstream-error' },
    });
  });

  it.each([
    ['comments', `: ping\n\n${event(chunk('a'))}`],
    ['a comment within an event', `: ping\n${event(chunk('a'))}`],
    ['ids', `id: 7\n${event(chunk('a'))}`],
    ['ids that come last', `data: ${chunk('a')}\nid: 7\n\n`],
    ['names', `event: delta\n${event(chunk('a'))}`],
    ['CRLF', `data: ${chunk('a')}\r\n\r\n`],
    ['a blank line too many', `data: ${chunk('a')}\n\n\n`],
    ['a blank line before it', `\n${event(chunk('a'))}`],
    ['no space', `data:${chunk('a')}\n\n`],
    ['a retry', `retry: 5\n\n${event(chunk('a'))}`],
  ])('brings an event with %s into the one form that every client reads', (_, text) => {
    expect(committed().push(text)).toMatchObject({ text: event(chunk('a')), events: 1, content: true });
  });

  it.each(['\r', '\r\n'])('sends no carriage return that ends a line within an event: %j', (end) => {
    const lines = ['data: {"choices":[{"index":0,', 'data: "delta":{"content":"a"}}]}'];
    expect(committed().push(`${lines.join(end)}\n\n`).text).toBe(`${lines.join('\n')}\n\n`);
  });

  it.each([
    'null',
    '7',
    '"text"',
    'hello',
    '[]',
    chunk('half').slice(0, -3),
    chunk('a').replace('"a"', 'NaN'),
    chunk('a').replace('"a"', '"\\x"'),
    '{"choices":"none"}',
    '{"choices":[null]}',
  ])('fails at %j as the decoder does, before and after content, and sends nothing of it', (data) => {
    const error = { code: 'upstream-error', status: 502 };
    expect(() => eventDecoder().decode({ data, name: undefined })).toThrow(expect.objectContaining(error));
    expect(passThrough(QUIET).push(eventBlock(event(data) + DONE))).toMatchObject({ output: [], error });
    expect(committed().push(event(data))).toMatchObject({ text: '', error });
    expect(committed().push(event(chunk('b')) + event(data) + DONE)).toMatchObject({
      text: event(chunk('b')),
      done: false,
      error,
    });
  });

  it('reads each event that has another shape, reasoning and tool calls too', () => {
    const deltas = ['{"reasoning_content":"a"}', '{"tool_calls":[{"index":0}]}'];
    for (const delta of deltas) {
      const good = `{"choices":[{"index":0,"delta":${delta},"finish_reason":null}]}`;
      const { transcoder } = committed();
      const block = eventBlock(event(good) + event(good));
      // The very bytes, without a copy.
      expect(transcoder.push(block).output[0]).toBe(block.bytes);
      const torn = committed().push(event(good) + event(good.replace('null', 'nul')));
      expect(torn).toMatchObject({ text: event(good), error: { code: 'upstream-error' } });
    }
  });

  it('sends nothing of its own first', () => {
    expect(passThrough(QUIET).opening()).toEqual([]);
  });

  it('ends a stream with [DONE] once, whether or not its upstream did', () => {
    const ending = { finishReason: 'stop', usage: undefined, model: 'm', unterminated: true };
    const { transcoder, push } = committed();
    expect(transcoder.finish(ending)).toEqual([DONE]);
    push(DONE);
    expect(transcoder.finish(ending)).toEqual([]);
  });

  it('tells a failure in the one form that every client surfaces', () => {
    const [frame] = committed().transcoder.fail(new SluiceError('timeout-idle', 'silent')) ?? [];
    expect(String(frame)).toMatch(/^data: \{"error":\{"message":"silent",.*"code":"timeout_idle".*\}\}\n\n$/);
  });
});

describe('content that no part stands for', () => {
  it.each([
    '{"audio":{"data":"aGk="}}',
    '{"function_call":{"name":"f","arguments":""}}',
    '{"vendor_text":"hi"}',
  ])('commits the stream: %s', (delta) => {
    const transcoder = passThrough({ messages: [] });
    const data = `{"choices":[{"index":0,"delta":${delta},"finish_reason":null}]}`;
    const { output, content } = transcoder.push(eventBlock(event(data)));
    expect([output.map(String), content]).toEqual([[event(data)], true]);
  });

  it('is not an event without data, which is sent to nobody', () => {
    const transcoder = passThrough({ messages: [] });
    const good = '{"choices":[{"index":0,"delta":{"content":"a"}}]}';
    const send = (bytes: string) => transcoder.push(eventBlock(bytes)).output.map(String).join('');
    send(event(good));
    expect(send(`data: \n\n${event(good)}`)).toBe(event(good));
  });
});
