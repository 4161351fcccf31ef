import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventBlock } from '../../../test/support/event-block.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { Usage } from '../../core/usage.js';
import type { AggregatedAnswer } from '../../core/aggregated-answer.js';
import { aggregateAnswer } from './aggregate-answer.js';
import { passThrough } from './pass-through.js';

const FOLDER = new URL('../../../test/fixtures/openai-chat/', import.meta.url);
const NOTHING: AggregatedAnswer = {
  text: '',
  reasoning: '',
  toolCalls: [],
  finishReason: null,
  usage: null,
  model: null,
  error: null,
};
const BOTH_CALLS = [
  { id: 'call_Q1', name: 'get_weather', arguments: '{"city":"Bern"}' },
  { id: 'call_Q2', name: 'get_time', arguments: '{}' },
];
const usage = (promptTokens: number, completionTokens: number, details: Partial<Usage> = {}) => ({
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
  ...details,
});

/** The frames of a transcript, and what they come to. */
const transcripts: readonly { readonly name: string; readonly answer: Partial<AggregatedAnswer> }[] = [
  {
    name: 'openai',
    answer: {
      text: 'Grüße 👩‍👩‍👧 say "usage":{ and [DONE]\n\n',
      finishReason: 'stop',
      usage: usage(9, 12, { cachedPromptTokens: 0 }),
    },
  },
  {
    name: 'openai-tools',
    answer: { toolCalls: BOTH_CALLS, finishReason: 'tool_calls', usage: usage(50, 20) },
  },
  { name: 'azure', answer: { text: 'Hello', finishReason: 'content_filter', usage: usage(8, 1) } },
  {
    name: 'deepseek',
    answer: {
      reasoning: 'Think',
      text: 'Yes',
      finishReason: 'length',
      usage: usage(10, 30, { cachedPromptTokens: 0, reasoningTokens: 28 }),
    },
  },
  {
    name: 'llama-cpp',
    answer: { reasoning: 'Hm', text: 'Hello', finishReason: 'stop', usage: usage(11, 3) },
  },
  {
    name: 'openrouter',
    answer: { reasoning: 'First', text: 'Hello', finishReason: 'stop', usage: usage(6, 4) },
  },
];

/** The events of a transcript, each with its blank line. */
function framesOf(name: string): string[] {
  const text = readFileSync(new URL(`${name}.sse`, FOLDER), 'utf8').replaceAll('\r\n', '\n');
  return text.match(/[^]*?\n\n/g) ?? [];
}

/** What a caller that asked for the usage is sent. */
function passedOn(text: string): string {
  const body = { stream_options: { include_usage: true } };
  const transcoder = passThrough({ messages: [], source: { dialect: 'openai-chat', body } });
  return transcoder.push(eventBlock(text)).output.map(String).join('');
}

const chunk = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;
const delta = (fields: object, index = 0) => chunk({ choices: [{ index, delta: fields }] });
/** A piece of a tool call. */
const toolPiece = (index: number, name: string, json: string) =>
  delta({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: json } }] });

describe.each(transcripts)('aggregateAnswer of what $name streams', ({ name, answer }) => {
  const frames = framesOf(name);

  it('has the whole answer', () => {
    expect(aggregateAnswer(frames.join(''))).toEqual({ ...NOTHING, model: expect.any(String), ...answer });
  });

  it('has the same of what a caller is sent of it', () => {
    const sent = passedOn(frames.join(''));
    expect(aggregateAnswer(sent)).toEqual(aggregateAnswer(frames.join('')));
  });

  it.each(frames.map((_, count) => count))('goes as far as its first %i frames do', (count) => {
    const [whole, part] = [
      aggregateAnswer(frames.join('')),
      aggregateAnswer(frames.slice(0, count).join('')),
    ];
    for (const field of ['text', 'reasoning'] as const) {
      expect(whole[field].slice(0, part[field].length)).toBe(part[field]);
    }
    for (const field of ['finishReason', 'usage', 'error'] as const) {
      expect([null, whole[field]]).toContainEqual(part[field]);
    }
    for (const [index, call] of part.toolCalls.entries()) {
      const { id, name: called, arguments: json = '' } = whole.toolCalls[index] ?? {};
      expect({ ...call, arguments: json.slice(0, call.arguments.length) }).toEqual({
        ...call,
        id,
        name: called,
      });
    }
  });
});

describe('aggregateAnswer', () => {
  it('has nothing of no frames, and of [DONE] alone', () => {
    expect(aggregateAnswer('')).toEqual(NOTHING);
    expect(aggregateAnswer('data: [DONE]\n\n')).toEqual(NOTHING);
  });

  it('passes over what is no chunk', () => {
    const odd = ': comment\n\ndata: no JSON\n\ndata: 1\n\ndata: {"choices":1}\n\n';
    expect(aggregateAnswer(odd + delta({ content: 'Hi' }))).toEqual({ ...NOTHING, text: 'Hi' });
  });

  it('keeps to the first of several answers', () => {
    const both = delta({ content: 'one' }) + delta({ content: 'other' }, 1) + delta({ content: '!' });
    const finish = chunk({ choices: [{ index: 1, delta: {}, finish_reason: 'length' }] });
    expect(aggregateAnswer(both + finish)).toEqual({ ...NOTHING, text: 'one!' });
  });

  it('puts calls in the order of their numbers, whichever comes first', () => {
    const frames =
      toolPiece(1, 'b', '{') + toolPiece(0, 'a', '[') + toolPiece(1, '', '}') + toolPiece(0, '', ']');
    expect(aggregateAnswer(frames).toolCalls).toEqual([
      { id: 'c0', name: 'a', arguments: '[]' },
      { id: 'c1', name: 'b', arguments: '{}' },
    ]);
  });

  it('takes another id with the same number for another call', () => {
    const other = delta({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'b', arguments: '{}' } }] });
    expect(aggregateAnswer(toolPiece(0, 'a', '{}') + other).toolCalls).toEqual([
      { id: 'c0', name: 'a', arguments: '{}' },
      { id: 'c1', name: 'b', arguments: '{}' },
    ]);
  });

  it('takes the first model that is named', () => {
    expect(aggregateAnswer(chunk({ model: '' }) + chunk({ model: 'a' }) + chunk({ model: 'b' })).model).toBe(
      'a',
    );
  });

  it('says that the stream failed, beside what came before', () => {
    const failed = passThrough({ messages: [] }).fail(
      new SluiceError('upstream-cut', 'The upstream broke off'),
    );
    const frames = [delta({ content: 'Hi' }), ...(failed ?? [])].map(String).join('');
    expect(aggregateAnswer(frames)).toMatchObject({
      text: 'Hi',
      finishReason: null,
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });

  it('passes over a chunk that is nested too deeply to be read', () => {
    const deep = `data: {"choices":[{"delta":{"x":${'['.repeat(2_000)}${']'.repeat(2_000)}}}]}\n\n`;
    expect(aggregateAnswer(deep + delta({ content: 'Hi' })).text).toBe('Hi');
  });

  it('reads a payload of several lines', () => {
    const lines = 'data: {"choices":[{"index":0,\ndata: "delta":{"content":"Hi"}}]}\n\n';
    expect(aggregateAnswer(lines).text).toBe('Hi');
  });
});
