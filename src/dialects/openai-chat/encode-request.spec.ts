import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import type { RequestTarget } from '../../core/dialect/upstream-dialect.js';
import { asksForUsage, encodeRequest } from './encode-request.js';

const messages = [{ role: 'user', content: 'Hi' }] as const;

const from = (body: Record<string, unknown>): ChatRequest => ({
  source: { dialect: 'openai-chat', body: { messages, ...body } },
});

const TARGET: RequestTarget = {
  model: 'theirs',
  streaming: false,
  streamUsage: true,
  defaultTemperature: 0.7,
};
const STREAM: RequestTarget = { ...TARGET, model: 'm', streaming: true };

const encode = (request: ChatRequest, target: Partial<RequestTarget> = TARGET): unknown =>
  JSON.parse(encodeRequest(request, { ...TARGET, ...target }));

const written = (json: string): ChatRequest => {
  const body = JSON.parse(json) as Record<string, unknown>;
  return { source: { dialect: 'openai-chat', body }, text: { dialect: 'openai-chat', json } };
};

describe('encodeRequest', () => {
  it('passes the body of a caller of this dialect on, under the model of the target', () => {
    const request = from({ model: 'public', vendor: { deep: 1 }, temperature: 0 });
    expect(encode(request)).toEqual({
      messages,
      model: 'theirs',
      vendor: { deep: 1 },
      temperature: 0,
    });
  });

  it('builds a body of the messages and options of other callers', () => {
    const request: ChatRequest = { model: 'public', messages, temperature: 0.7, maxOutputTokens: 5 };
    expect(encode(request)).toEqual({ messages, model: 'theirs', temperature: 0.7, max_tokens: 5 });
  });

  it.each([[{}], [{ stream_options: null }], [{ stream_options: { include_usage: false } }]])(
    'asks for the usage of a stream whatever the caller says: %j',
    (options) => {
      expect(encode(from({ stream: true, ...options }), STREAM)).toEqual({
        messages,
        model: 'm',
        stream: true,
        stream_options: { include_usage: true },
      });
    },
  );

  it('keeps the other stream options', () => {
    const request = from({ stream_options: { include_obfuscation: false } });
    expect(encode(request, STREAM)).toMatchObject({
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });

  it('changes nothing in the body of the caller', () => {
    const request = from({ model: 'public', stream_options: { include_usage: false } });
    const before = structuredClone(request);
    encode(request, STREAM);
    expect(request).toEqual(before);
  });
});

describe('encodeRequest of a caller whose bytes are known', () => {
  it('passes on every byte but those of the model', () => {
    const json =
      '\n{ "seed" : 9007199254740993,"b":1e400, "model": "public" ,"__proto__":{"x":1.0}, "t":"\\u00e9\\ud800", "messages":[ ]}\n';
    const text = encodeRequest(written(json), TARGET);
    expect(text).toBe(json.replace('"public"', '"theirs"'));
  });

  it('asks for a stream and its usage, and keeps the other stream options as they are', () => {
    const json = '{"stream_options":{"x":12345678901234567890,"include_usage":false},"messages":[]}';
    expect(encodeRequest(written(json), STREAM)).toBe(
      '{"stream_options":{"x":12345678901234567890,"include_usage":true},"messages":[],"model":"m","stream":true}',
    );
  });

  it('takes its fields for what they are, however they are written', () => {
    const json = String.raw`{"mod\u0065l":"public","messages":[{"model":"in"}],"s":"\"model\":1"}`;
    expect(encodeRequest(written(json), TARGET)).toBe(json.replace('"public"', '"theirs"'));
  });
});

describe('encodeRequest to an upstream with settings of its own', () => {
  it.each([[undefined], [{ include_usage: false }], [{ include_usage: true, x: 1 }]])(
    'asks for no usage of a stream beyond its caller’s own options: %j',
    (options) => {
      const request = from(options === undefined ? {} : { stream_options: options });
      const body = encode(request, { ...STREAM, streamUsage: false });
      expect(body).toEqual({
        messages,
        model: 'm',
        stream: true,
        ...(options && { stream_options: options }),
      });
    },
  );

  it.each([[0.2], [undefined]])(
    'sends the temperature %s for a caller who leaves it',
    (defaultTemperature) => {
      const body = encode({ messages, leavesTemperature: true }, { defaultTemperature });
      expect(body).toEqual({
        messages,
        model: 'theirs',
        ...(defaultTemperature !== undefined && { temperature: defaultTemperature }),
      });
      expect(encode({ messages }, { defaultTemperature })).not.toHaveProperty('temperature');
    },
  );
});

describe('asksForUsage', () => {
  it('is true only for callers that ask for it', () => {
    expect(asksForUsage(from({ stream_options: { include_usage: true } }))).toBe(true);
    expect(asksForUsage(from({ stream_options: { include_usage: false } }))).toBe(false);
    expect(asksForUsage(from({ stream_options: null }))).toBe(false);
    expect(asksForUsage(from({}))).toBe(false);
    expect(asksForUsage({ messages })).toBe(false);
  });
});
