import { describe, expect, it } from 'vitest';
import { aggregateAnswer } from './aggregate-answer.js';
import { completionToEvents } from './completion-to-events.js';

const HEAD = { id: 'c1', created: 7, model: 'm', system_fingerprint: 'f' };
const CHUNK = { ...HEAD, object: 'chat.completion.chunk' };
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

/** The JSON of each event. */
function eventsOf(body: unknown): unknown[] {
  const frames = completionToEvents(body).split('\n\n');
  expect(frames.pop()).toBe('');
  return frames.map((frame) => {
    expect(frame).toMatch(/^data: [^\r\n]+$/);
    const data = frame.slice('data: '.length);
    return data === '[DONE]' ? data : (JSON.parse(data) as unknown);
  });
}

const completion = (message: unknown, fields: object = {}) => ({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  ...fields,
});

/** The deltas of the first answer. */
const deltasOf = (message: unknown) =>
  eventsOf(completion(message)).flatMap((event) =>
    event === '[DONE]' ? [] : (event as { choices: { delta: unknown }[] }).choices.map(({ delta }) => delta),
  );

const call = (id: string, index?: unknown) => ({ id, index, type: 'function', function: { name: 'f' } });

/** What a completion of one choice came to. */
const textOf = (choice: unknown) => aggregateAnswer(completionToEvents({ choices: [choice] }));

describe('completionToEvents', () => {
  it('gives the role, the message, the end and the usage of a completion, and [DONE]', () => {
    expect(eventsOf(completion({ role: 'assistant', content: 'Hi\r\n' }, { usage: USAGE }))).toEqual([
      { ...CHUNK, choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }] },
      { ...CHUNK, choices: [{ index: 0, delta: { content: 'Hi\r\n' }, finish_reason: null }] },
      { ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { ...CHUNK, choices: [], usage: USAGE },
      '[DONE]',
    ]);
  });

  it('numbers tool calls by their places, whatever they say', () => {
    const message = { role: 'assistant', content: null, tool_calls: [call('a', 0), call('b', 0), call('c')] };
    expect(deltasOf(message)[1]).toMatchObject({ tool_calls: [{ index: 0 }, { index: 1 }, { index: 2 }] });
    const { toolCalls } = aggregateAnswer(completionToEvents(completion(message)));
    expect(toolCalls.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('keeps reasoning, a refusal and fields that nobody knows, of the message, the choice and the completion', () => {
    const message = { role: 'assistant', reasoning_content: 'hm', refusal: 'no', vendor: { a: [1] } };
    const { role: _, ...said } = message;
    const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: { content: [] }, stop_reason: 5 }];
    const [, second, third] = eventsOf(
      completion(message, { choices, citations: ['u'], list: 1, usage: null }),
    );
    expect(second).toEqual({
      ...CHUNK,
      citations: ['u'],
      list: 1,
      choices: [{ index: 0, delta: said, logprobs: { content: [] }, stop_reason: 5, finish_reason: null }],
    });
    expect(third).toEqual({ ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  });

  it('says each of several answers, by its index or its place', () => {
    const choices = ['a', 'b'].map((content) => ({ message: { content }, finish_reason: content }));
    const ends = eventsOf({ choices: [...choices, { ...choices[0], index: 7 }] }).flatMap((event) =>
      event === '[DONE]' ? [] : (event as { choices: { index: number; finish_reason: unknown }[] }).choices,
    );
    expect(ends.map(({ index }) => index)).toEqual([0, 0, 0, 1, 1, 1, 7, 7, 7]);
    expect(ends.map(({ finish_reason: reason }) => reason).filter(Boolean)).toEqual(['a', 'b', 'a']);
  });

  it.each([
    ['usageMetadata', { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 }],
    ['x_groq', { usage: USAGE }],
    ['prompt_eval_count', 1],
  ])('puts a usage in %s where those are left out that nobody asked for', (name, value) => {
    const events = eventsOf(completion({ content: 'Hi' }, { [name]: value }));
    expect(events.at(-2)).toEqual({ ...CHUNK, choices: [], [name]: value });
    expect(events.slice(0, -2).filter((event) => Object.hasOwn(event as object, name))).toEqual([]);
  });

  it('takes one chunk, an older completion, and an answer that a filter took', () => {
    expect(textOf({ delta: { content: 'Hi' }, finish_reason: 'stop' })).toMatchObject({ text: 'Hi' });
    expect(textOf({ text: 'Hi', finish_reason: 'stop' })).toMatchObject({ text: 'Hi' });
    expect(textOf({ finish_reason: 'content_filter' })).toMatchObject({ finishReason: 'content_filter' });
  });

  it('repeats no long field with each chunk', () => {
    const choices = Array.from({ length: 1_000 }, () => ({
      message: { content: 'x' },
      finish_reason: 'stop',
    }));
    const events = completionToEvents({ id: 'x'.repeat(100_000), choices });
    expect(events.split('x'.repeat(100_000))).toHaveLength(2);
    expect(() => completionToEvents({ choices: [...choices, ...choices] })).toThrow('more than 1000 choices');
  });

  it.each([{ error: { message: 'no', code: 429 } }, [{ error: { message: 'no' } }], { detail: 'no' }])(
    'gives an error as one event: %j',
    (error) => {
      expect(eventsOf(error)).toEqual([error]);
    },
  );

  it.each([
    {},
    [],
    [1],
    { choices: [] },
    { choices: [{}] },
    { choices: ['x'] },
    { choices: [null] },
    { a: 1 },
    { data: [] },
  ])('refuses what is neither: %j', (body) => {
    expect(() => completionToEvents(body)).toThrow('answered JSON that is no completion');
  });
});
