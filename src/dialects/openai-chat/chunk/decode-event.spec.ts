import { readFileSync } from 'node:fs';
import { createParser } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../core/usage.js';
import type { StreamPart } from '../../../core/stream-part.js';
import type { DecodedEvent } from '../../../core/dialect/transcoder.js';
import { eventDecoder } from './decode-event.js';

const FOLDER = new URL('../../../../test/fixtures/openai-chat/', import.meta.url);

/** The events of a transcript, decoded. */
function eventsOf(name: string): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  const decoder = eventDecoder();
  const parser = createParser({ onEvent: ({ data }) => events.push(decoder.decode(event(data))) });
  parser.feed(readFileSync(new URL(`${name}.sse`, FOLDER), 'utf8'));
  return events;
}

/** Without a name. */
const event = (data: string) => ({ data, name: undefined });

const partsIn = (name: string): StreamPart[] => eventsOf(name).flatMap(({ parts }) => parts);
const text = (value: string): StreamPart => ({ type: 'text-delta', choice: 0, text: value });
const reasoning = (value: string): StreamPart => ({ type: 'reasoning-delta', choice: 0, text: value });
const piece = (index: number, fields: object) => ({ type: 'tool-call-delta', choice: 0, index, ...fields });
const finish = (reason: string): StreamPart => ({ type: 'finish', choice: 0, reason });
const usage = (promptTokens: number, completionTokens: number, details: Partial<Usage> = {}): StreamPart => ({
  type: 'usage',
  usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, ...details },
});

/** A text of the third answer. */
const third = (content: string) => JSON.stringify({ choices: [{ index: 2, delta: { content } }] });

const partsOf = (chunk: object) => eventDecoder().decode(event(JSON.stringify(chunk))).parts;

/** A completion in one event. */
const whole = (content: string) => ({
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});

describe('a message in place of a delta', () => {
  it('is read as what its choice says', () => {
    expect(partsOf(whole('All of it.'))).toEqual([text('All of it.'), finish('stop')]);
  });

  it('says nothing again where it repeats the deltas of its choice', () => {
    const decoder = eventDecoder();
    const read = (chunk: object) => decoder.decode(event(JSON.stringify(chunk))).parts;
    expect(read({ choices: [{ index: 0, delta: { content: 'All' } }] })).toEqual([text('All')]);
    expect(read({ choices: [{ index: 0, delta: { content: ' of it.' } }] })).toEqual([text(' of it.')]);
    expect(read(whole('All of it.'))).toEqual([finish('stop')]);
  });
});

describe('eventDecoder of what providers stream', () => {
  it('reads OpenAI: text, finish and the usage that stands alone', () => {
    expect(partsIn('openai')).toEqual([
      text('Grüße'),
      text(' 👩‍👩‍👧'),
      text(' say "usage":{ and [DONE]\n\n'),
      finish('stop'),
      usage(9, 12, { cachedPromptTokens: 0 }),
    ]);
  });

  it('reads the tool calls of OpenAI piece by piece', () => {
    expect(partsIn('openai-tools')).toEqual([
      piece(0, { id: 'call_Q1', name: 'get_weather' }),
      piece(0, { arguments: '{"ci' }),
      piece(0, { arguments: 'ty":"Bern"}' }),
      piece(1, { id: 'call_Q2', name: 'get_time', arguments: '{}' }),
      finish('tool_calls'),
      usage(50, 20),
    ]);
  });

  it('reads the text of a choice without a delta, and nothing where it is none', () => {
    const choice = { index: 0, text: 'Hi', finish_reason: null };
    expect(partsOf({ choices: [choice] })).toEqual([text('Hi')]);
    expect(partsOf({ choices: [{ ...choice, delta: { content: 'Ho' } }] })).toEqual([text('Ho')]);
    expect(partsOf({ choices: [{ ...choice, text: { value: 'Hi' } }, { index: 0 }] })).toEqual([]);
  });

  it('reads Azure, whose first chunk has no choices', () => {
    expect(partsIn('azure')).toEqual([text('Hello'), finish('content_filter'), usage(8, 1)]);
  });

  it('reads DeepSeek, which reasons first and puts the usage beside the finish', () => {
    expect(partsIn('deepseek')).toEqual([
      reasoning('Think'),
      text('Yes'),
      finish('length'),
      usage(10, 30, { cachedPromptTokens: 0, reasoningTokens: 28 }),
    ]);
  });

  it('reads llama.cpp', () => {
    expect(partsIn('llama-cpp')).toEqual([reasoning('Hm'), text('Hello'), finish('stop'), usage(11, 3)]);
  });

  it('reads OpenRouter, which calls its reasoning so', () => {
    expect(partsIn('openrouter')).toEqual([reasoning('First'), text('Hello'), finish('stop'), usage(6, 4)]);
  });

  it.each(['openai', 'openai-tools', 'azure', 'deepseek', 'llama-cpp', 'openrouter'])(
    'ends %s at its [DONE], and there alone',
    (name) => {
      const events = eventsOf(name);
      expect(events.map(({ done }) => done)).toEqual(events.map((_, index) => index === events.length - 1));
    },
  );

  it('tells the model that answered', () => {
    expect(eventsOf('llama-cpp')[0]?.model).toBe('qwen3-8b-q4_k_m.gguf');
  });
});

describe('eventDecoder', () => {
  it('passes over a model without a name, as Azure sends it first', () => {
    expect(eventDecoder().decode(event('{"model":"","choices":[]}')).model).toBeUndefined();
  });

  it('knows the calls of its stream', () => {
    const decoder = eventDecoder();
    const parts = ['a', 'b'].flatMap((id) => {
      const call = { index: 0, id, function: { name: 'f', arguments: '{}' } };
      return decoder.decode(event(JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] }))).parts;
    });
    expect(parts).toEqual([
      piece(0, { id: 'a', name: 'f', arguments: '{}' }),
      piece(1, { id: 'b', name: 'f', arguments: '{}' }),
    ]);
  });

  it('keeps the choices of a stream apart', () => {
    const choices = [
      { index: 1, delta: { content: 'b' } },
      { index: 0, delta: { content: 'a' }, finish_reason: 'stop' },
    ];
    expect(partsOf({ choices })).toEqual([{ ...text('b'), choice: 1 }, text('a'), finish('stop')]);
  });

  it('reads reasoning before text and text before the finish of one chunk', () => {
    const delta = { content: 'text', reasoning_content: 'reasoning' };
    expect(partsOf({ choices: [{ index: 0, delta, finish_reason: 'stop' }] })).toEqual([
      reasoning('reasoning'),
      text('text'),
      finish('stop'),
    ]);
  });

  it('reads a refusal', () => {
    expect(partsOf({ choices: [{ index: 0, delta: { content: null, refusal: 'No.' } }] })).toEqual([
      { type: 'refusal-delta', choice: 0, text: 'No.' },
    ]);
  });

  it.each([
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }], usage: null },
    { choices: [{ delta: {} }] },
    { choices: [{ index: 0, delta: { content: [{ type: 'vendor' }], tool_calls: 'none' } }] },
    { choices: [], usage: { tokens: 'many' } },
    { choices: null },
    {},
  ])('finds nothing to tell in %j', (chunk) => {
    expect(partsOf(chunk)).toEqual([]);
  });

  it('knows the texts of a stream without parsing, once it has read one', () => {
    const decoder = eventDecoder();
    const block = Buffer.from(`data: ${third('b')}\n\ndata: ${third('c')}\n\n`);
    expect(decoder.decodeFast(block, 0)).toBeUndefined();
    decoder.decode(event(third('a')));
    expect(decoder.decodeFast(block, 0)).toEqual({
      parts: [
        { type: 'text-delta', choice: 2, text: 'b' },
        { type: 'text-delta', choice: 2, text: 'c' },
      ],
      end: block.length,
    });
  });

  it('sums up a usage that names no total', () => {
    expect(partsOf({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3 } })).toEqual([
      usage(2, 3),
    ]);
  });

  it('reads an error in the stream and nothing beside it', () => {
    const said = { message: 'overloaded', type: 'server_error', vendor: 1 };
    const [part, ...rest] = partsOf({ error: said, choices: [{ index: 0, delta: { content: 'lost' } }] });
    expect(rest).toEqual([]);
    expect(part).toMatchObject({ type: 'error', error: { code: 'upstream-error', providerError: said } });
  });

  it.each(['just text', { code: 500 }])('reads the error %j, whatever its shape', (error) => {
    expect(partsOf({ error })).toMatchObject([
      { type: 'error', error: { code: 'upstream-error', status: 502 } },
    ]);
  });

  it.each(['{"choices":', 'hello', '[]', '"text"', 'null', '{"choices":"none"}', '{"choices":[null]}'])(
    'fails on %j, and does not repeat it',
    (data) => {
      const fault = {
        code: 'upstream-error',
        message: 'The upstream sent an event that is no chat completion chunk',
      };
      expect(() => eventDecoder().decode(event(data))).toThrow(expect.objectContaining(fault));
    },
  );
});
