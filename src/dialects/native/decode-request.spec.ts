import { describe, expect, it } from 'vitest';
import { decodeBody, decodeQuery } from './decode-request.js';

const user = { role: 'user', content: 'Hi' };
const system = { role: 'system', content: 'Be brief' };
const MISSING = { code: 'missing-content', status: 400, message: "Missing 'content' parameter" };

const chat = (body: object) => ({ dialect: 'openai-chat', body });

/** What an `invalid-request` says of a field. */
const invalid = (text: string) =>
  expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining(text) });

describe('decodeQuery', () => {
  it('reads a question with its defaults', () => {
    expect(decodeQuery({ content: 'Hi' })).toEqual({
      source: chat({ messages: [user] }),
      leavesTemperature: true,
    });
  });

  it('reads everything that may be said', () => {
    const query = { content: 'Hi', system: 'Be brief', model: 'fast', temperature: '1.5', unknown: 'x' };
    expect(decodeQuery(query)).toEqual({
      model: 'fast',
      source: chat({ temperature: 1.5, messages: [system, user] }),
    });
  });

  it('takes empty optional parameters for absent, as forms send them', () => {
    const empty = { content: 'Hi', system: '', model: '', temperature: '' };
    expect(decodeQuery(empty)).toEqual({
      source: chat({ messages: [user] }),
      leavesTemperature: true,
    });
  });

  it.each([undefined, null, {}, { content: '' }, { content: null }, { prompt: 'Hi' }])(
    'misses the content in %j',
    (query) => {
      expect(() => decodeQuery(query)).toThrow(expect.objectContaining(MISSING));
    },
  );

  it.each(['0', '2', '0.7'])('takes the temperature %s', (temperature) => {
    expect(decodeQuery({ content: 'Hi', temperature }).source).toEqual(
      chat({ temperature: Number(temperature), messages: [user] }),
    );
  });

  it.each(['-0.1', '2.1', 'hot', 'NaN', 'Infinity'])('refuses the temperature %s', (temperature) => {
    expect(() => decodeQuery({ content: 'Hi', temperature })).toThrow(invalid('temperature: '));
  });

  it('refuses content that is given twice', () => {
    expect(() => decodeQuery({ content: ['a', 'b'] })).toThrow(invalid('content: '));
  });

  it('names everything that is wrong at once, and no value', () => {
    expect(() => decodeQuery({ content: ['secret'], temperature: '7' })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/content: .*temperature: /) }),
    );
    expect(() => decodeQuery({ content: ['secret'], temperature: '7' })).not.toThrow(/secret/);
  });
});

describe('decodeBody', () => {
  it('reads a question with its defaults', () => {
    expect(decodeBody({ content: 'Hi', system: 'Be brief' })).toEqual({
      source: chat({ messages: [system, user] }),
      leavesTemperature: true,
    });
  });

  it('reads a conversation, with the instructions before it', () => {
    const messages = [user, { role: 'assistant', content: null, tool_calls: [{ id: 'c' }] }];
    expect(decodeBody({ messages, system: 'Be brief', model: 'fast' })).toEqual({
      model: 'fast',
      source: chat({ messages: [system, ...messages] }),
      leavesTemperature: true,
    });
  });

  it('passes the other fields on to the model', () => {
    const parameters = { temperature: 0, max_tokens: 5, stop: ['x'], top_p: 0.5, vendor: { deep: 1 } };
    expect(decodeBody({ content: 'Hi', ...parameters }).source).toEqual(
      chat({ ...parameters, messages: [user] }),
    );
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { content: '' },
    { content: null, messages: null },
    { messages: '' },
  ])('misses the content in %j', (body) => {
    expect(() => decodeBody(body)).toThrow(expect.objectContaining(MISSING));
  });

  it('refuses content beside messages', () => {
    expect(() => decodeBody({ content: 'Hi', messages: [user] })).toThrow(invalid('not both'));
  });

  it.each<[string, Record<string, unknown>]>([
    ['content', { content: ['Hi'] }],
    ['messages', { messages: [] }],
    ['messages.0.role', { messages: [{ content: 'Hi' }] }],
    ['temperature', { content: 'Hi', temperature: 2.1 }],
    ['temperature', { content: 'Hi', temperature: -0.1 }],
    ['temperature', { content: 'Hi', temperature: '1' }],
    ['max_tokens', { content: 'Hi', max_tokens: 0 }],
    ['model', { content: 'Hi', model: '' }],
    ['n', { content: 'Hi', n: 2 }],
    ['stop', { content: 'Hi', stop: 1 }],
  ])('names %s as wrong', (field, body) => {
    expect(() => decodeBody(body)).toThrow(invalid(` ${field}: `));
  });

  it.each([
    [
      '{ "seed":9007199254740993, "content":"Hi","model":"fast", "x":1.0 }',
      '{ "seed":9007199254740993, "x":1.0 ,"messages":[{"role":"user","content":"Hi"}]}',
    ],
    [
      '{"system":"Be brief","messages":[ {"role":"user","n":1e400}], "t":"\\u00e9"}',
      '{"messages":[{"role":"system","content":"Be brief"}, {"role":"user","n":1e400}], "t":"\\u00e9"}',
    ],
    ['{"messages":[{"role":"user","content":"Hi"}]}', '{"messages":[{"role":"user","content":"Hi"}]}'],
  ])('keeps what the caller wrote under OpenAI’s names: %s', (json, expected) => {
    expect(decodeBody(JSON.parse(json), json).text).toEqual({ dialect: 'openai-chat', json: expected });
  });
});
