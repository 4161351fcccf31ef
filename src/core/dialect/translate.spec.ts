import { describe, expect, it, vi } from 'vitest';
import { openaiChatUpstream } from '../../dialects/openai-chat/index.js';
import { blockOf } from '../../../test/support/event-block.js';
import { partsFormat } from './parts-format.js';
import { SluiceError } from '../sluice-error.js';
import { isContent, type StreamPart, type TextDelta } from '../stream-part.js';
import { translate } from './translate.js';
import type { DecodedEvent, EventDecoder, PartEncoder } from './transcoder.js';

const text = (value: string): TextDelta => ({ type: 'text-delta', choice: 0, text: value });
const finish = (reason: string): StreamPart => ({ type: 'finish', choice: 0, reason });
/** A chunk that says a text. */
const said = (content: string) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const failure = new SluiceError('upstream-error', 'no');

const encoder: PartEncoder<string> = {
  opening: () => ['opening'],
  encode: (parts) => parts.map(({ type }) => type),
  finish: ({ model }) => [`finish ${model}`],
  fail: ({ code }) => [code],
};

/** Decodes an event by its name. */
const decoderOf = (events: Record<string, Partial<DecodedEvent>>): EventDecoder => ({
  decode: ({ data }) => ({ parts: [], done: false, ...events[data] }),
  decodeFast: () => undefined,
});

describe('translate', () => {
  it('encodes the parts of all events of a block, and tells what it saw', () => {
    const decode = decoderOf({
      hello: { parts: [text('Hello')], model: 'first' },
      end: { parts: [finish('length'), { type: 'usage', usage }], model: 'second' },
    });
    expect(translate(decode, encoder).push(blockOf('hello', 'end'))).toMatchObject({
      output: ['text-delta', 'finish', 'usage'],
      events: 2,
      content: true,
      done: false,
      finished: [0],
      finishReason: 'length',
      usage,
      model: 'first',
    });
  });

  it('reads nothing after the event that completes the stream', () => {
    const decode = decoderOf({ done: { done: true }, late: { parts: [text('late')] } });
    expect(translate(decode, encoder).push(blockOf('done', 'late'))).toMatchObject({
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
    expect(translate(decode, encoder).push(blockOf('all'))).toMatchObject({
      output: ['text-delta'],
      content: true,
      finished: [],
      error: failure,
    });
  });

  it('reads no event that is known, and counts it', () => {
    const decoder: EventDecoder = {
      decode: ({ data }) => ({ parts: [finish(data)], done: false }),
      decodeFast: (bytes, from) =>
        from === 0 ? { parts: [text('known'), text('too')], end: bytes.indexOf('data: stop') } : undefined,
    };
    const transcoder = translate(decoder, encoder);
    expect(transcoder.push(blockOf('known', 'too', 'stop'))).toMatchObject({
      output: ['text-delta', 'text-delta', 'finish'],
      events: 3,
      content: true,
      finishReason: 'stop',
    });
  });

  it('reads nothing of a block of which all is known', () => {
    const decoder: EventDecoder = {
      decode: () => expect.unreachable(),
      decodeFast: (bytes) => ({ parts: [text('known'), text('too')], end: bytes.length }),
    };
    const transcoder = translate(decoder, encoder);
    expect(transcoder.push(blockOf('known', 'too'))).toEqual({
      output: ['text-delta', 'text-delta'],
      events: 2,
      content: true,
      done: false,
      finished: [],
    });
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
  it('names each choice that finishes and keeps the last reason', () => {
    const parts = [finish('stop'), { type: 'finish', choice: 1, reason: 'length' } as const];
    const seen = translate(decoderOf({ all: { parts } }), encoder).push(blockOf('all'));
    expect(seen).toMatchObject({ finished: [0, 1], finishReason: 'length', content: false });
  });

  it('delivers what stood before an event that cannot be read', () => {
    const decoder: EventDecoder = {
      decode({ data }) {
        if (data === 'torn') throw failure;
        return { parts: [text(data)], done: false };
      },
      decodeFast: () => undefined,
    };
    const seen = translate(decoder, encoder).push(blockOf('good', 'torn', 'late'));
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
    const transcoder = partsFormat(openaiChatUpstream, {
      streamId: 'id',
      numbers: { next: 0 },
      request: { messages: [] },
    });
    const chunk = blockOf('{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}');
    expect(transcoder.push(chunk).output).toEqual([text('Hi'), finish('stop')]);
    expect(transcoder.opening()).toEqual([]);
    expect(transcoder.finish({ finishReason: 'stop', usage, model: 'm', unterminated: false })).toEqual([]);
    expect(transcoder.fail(failure)).toBeUndefined();
  });

  it('takes time in proportion to the finish reasons of an event', () => {
    const parts = Array.from({ length: 100_000 }, (_, choice): StreamPart => ({
      type: 'finish',
      choice,
      reason: 'stop',
    }));
    const startedAt = performance.now();
    const { finished } = translate(decoderOf({ all: { parts } }), encoder).push(blockOf('all'));
    expect(finished).toHaveLength(parts.length);
    // A copy of the list for each of them takes ten seconds.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('looks for a CR once in a block, and not at each of its events', () => {
    const transcoder = translate(openaiChatUpstream.decoder(), encoder);
    transcoder.push(blockOf(said('learnt')));
    const block = blockOf(...Array.from({ length: 100 }, () => ['{}', said('text')]).flat());
    const includes = vi.spyOn(block.bytes, 'includes');
    transcoder.push(block);
    expect(includes.mock.calls.length).toBeLessThan(5);
  });
});
