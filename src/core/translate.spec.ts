import { describe, expect, it } from 'vitest';
import { openaiChat } from '../dialects/openai-chat/index.js';
import type { EventBlock } from './event-block.js';
import { partsFormat } from './parts-format.js';
import { SluiceError } from './sluice-error.js';
import { isContent, type StreamPart, type TextDelta } from './stream-part.js';
import { translate } from './translate.js';
import type { DecodedEvent, EventDecoder, PartEncoder } from './transcoder.js';

const text = (value: string): TextDelta => ({ type: 'text-delta', choice: 0, text: value });
const finish = (reason: string): StreamPart => ({ type: 'finish', choice: 0, reason });
const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const failure = new SluiceError('upstream-error', 'no');

const encoder: PartEncoder<string> = {
  opening: () => ['opening'],
  encode: (parts) => parts.map(({ type }) => type),
  finish: ({ model }) => [`finish ${model}`],
  fail: ({ code }) => [code],
};

const block = (...data: string[]): EventBlock => ({ bytes: Buffer.alloc(0), data: () => data });

/** Decodes an event by its name. */
const decoderOf = (events: Record<string, Partial<DecodedEvent>>): EventDecoder => ({
  decode: (data) => ({ parts: [], done: false, ...events[data] }),
  texts: () => undefined,
});

describe('translate', () => {
  it('encodes the parts of all events of a block, and tells what it saw', () => {
    const decode = decoderOf({
      hello: { parts: [text('Hello')], model: 'first' },
      end: { parts: [finish('length'), { type: 'usage', usage }], model: 'second' },
    });
    expect(translate(decode, encoder).push(block('hello', 'end'))).toMatchObject({
      output: ['text-delta', 'finish', 'usage'],
      events: 2,
      content: true,
      done: false,
      finishes: 1,
      finishReason: 'length',
      usage,
      model: 'first',
    });
  });

  it('reads nothing after the event that completes the stream', () => {
    const decode = decoderOf({ done: { done: true }, late: { parts: [text('late')] } });
    expect(translate(decode, encoder).push(block('done', 'late'))).toMatchObject({
      output: [],
      events: 1,
      done: true,
      content: false,
    });
  });

  it('delivers what stood before an error and nothing after it', () => {
    const decode = decoderOf({
      all: { parts: [text('kept'), { type: 'error', error: failure }, text('lost'), finish('stop')] },
    });
    expect(translate(decode, encoder).push(block('all'))).toMatchObject({
      output: ['text-delta'],
      content: true,
      finishes: 0,
      error: failure,
    });
  });

  it('reads no event of a block whose texts are known', () => {
    const unread: EventBlock = { bytes: Buffer.from('known'), data: () => expect.unreachable() };
    const texts = (bytes: Buffer) => [text(bytes.toString()), text('more')];
    const { output, ...seen } = translate({ ...decoderOf({}), texts }, encoder).push(unread);
    expect(output).toEqual(['text-delta', 'text-delta']);
    expect(seen).toEqual({ events: 2, content: true, done: false, finishes: 0 });
  });

  it('leaves the first and the last frames to the encoder', () => {
    const transcoder = translate(decoderOf({}), encoder);
    const ending = { finishReason: 'stop', usage, model: 'm', unterminated: false };
    expect(transcoder.opening()).toEqual(['opening']);
    expect(transcoder.finish(ending)).toEqual(['finish m']);
    expect(transcoder.fail(failure)).toEqual(['upstream-error']);
  });
});

describe('a block', () => {
  it('counts the finish of each choice and keeps the last reason', () => {
    const parts = [finish('stop'), { type: 'finish', choice: 1, reason: 'length' } as const];
    const seen = translate(decoderOf({ all: { parts } }), encoder).push(block('all'));
    expect(seen).toMatchObject({ finishes: 2, finishReason: 'length', content: false });
  });

  it('delivers what stood before an event that cannot be read', () => {
    const decoder: EventDecoder = {
      decode(data) {
        if (data === 'torn') throw failure;
        return { parts: [text(data)], done: false };
      },
      texts: () => undefined,
    };
    const seen = translate(decoder, encoder).push(block('good', 'torn', 'late'));
    expect(seen).toMatchObject({ output: ['text-delta'], events: 2, error: failure });
  });
});

describe('isContent', () => {
  it('is true for text, reasoning and tool calls alone', () => {
    const parts: StreamPart[] = [
      text('a'),
      { type: 'reasoning-delta', choice: 0, text: 'b' },
      { type: 'tool-call-delta', choice: 0, index: 0 },
      { type: 'usage', usage },
      finish('stop'),
      { type: 'error', error: failure },
    ];
    expect(parts.map(isContent)).toEqual([true, true, true, false, false, false]);
  });
});

describe('partsFormat', () => {
  it('gives the parts themselves and can only break off', () => {
    const transcoder = partsFormat(openaiChat, { streamId: 'id', request: { messages: [] } });
    const chunk = block('{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}');
    expect(transcoder.push(chunk).output).toEqual([text('Hi'), finish('stop')]);
    expect(transcoder.opening()).toEqual([]);
    expect(transcoder.finish({ finishReason: 'stop', usage, model: 'm', unterminated: false })).toEqual([]);
    expect(transcoder.fail(failure)).toBeUndefined();
  });
});
