import { describe, expect, it } from 'vitest';
import type { Usage } from '../../core/usage.js';
import type { StreamPart } from '../../core/stream-part.js';
import { nativeEncoder } from '../native/native-encoder.js';
import { aggregateParts } from '../aggregate-answer.js';
import { chunkEncoder } from './chunk-encoder.js';
import { completionParts } from './completion-parts.js';
import { aggregateAnswer } from './aggregate-answer.js';
import { encodeCompletion } from './encode-completion.js';

const ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5b';
const USAGE: Usage = {
  promptTokens: 3,
  completionTokens: 2,
  totalTokens: 5,
  cachedPromptTokens: 1,
  cacheWriteTokens: 2,
  reasoningTokens: 0,
};
const PARTS: readonly StreamPart[] = [
  { type: 'reasoning-delta', choice: 0, text: 'hm ' },
  { type: 'text-delta', choice: 0, text: 'one ' },
  { type: 'text-delta', choice: 2, text: 'other' },
  { type: 'text-delta', choice: 0, text: 'two' },
  { type: 'tool-call-delta', choice: 0, index: 0, id: 'c0', name: 'look', arguments: '{"a":' },
  { type: 'tool-call-delta', choice: 0, index: 0, arguments: '1}' },
  { type: 'tool-call-delta', choice: 0, index: 1, id: 'c1', name: 'find', arguments: '{}' },
  { type: 'file', choice: 0, mediaType: 'image/png', data: 'aaaa' },
  { type: 'audio-delta', choice: 0, id: 'a', data: 'bbbb', transcript: 'hi', expiresAt: 7 },
  { type: 'refusal-delta', choice: 2, text: 'No' },
  { type: 'source', choice: 0, url: 'https://a.invalid', title: 'A' },
  { type: 'finish', choice: 0, reason: 'tool_use', providerReason: 'TOOL' },
  { type: 'finish', choice: 2, reason: 'length' },
  { type: 'usage', usage: USAGE },
];

const STOP: StreamPart = { type: 'finish', choice: 0, reason: 'stop' };

const bodyOf = (parts: readonly StreamPart[]) =>
  JSON.parse(encodeCompletion(parts, { id: ID, model: undefined }).body) as unknown;

describe('a whole answer of another dialect', () => {
  const { body } = encodeCompletion(PARTS, { id: ID, model: 'm' });
  const completion = JSON.parse(body) as { choices: { index: number }[] };

  it('keeps the number of each choice', () => {
    expect(completion.choices.map(({ index }) => index)).toEqual([0, 2]);
  });

  it.each([0, 2])('says as a completion what its parts say: choice %d', (choice) => {
    const { model: _, ...said } = aggregateParts(completionParts(completion), choice);
    const { model: __, ...given } = aggregateParts(PARTS, choice);
    expect(said).toEqual({ ...given, finishReason: choice === 0 ? 'tool_calls' : 'length' });
  });

  it('has a refusal beside its text', () => {
    expect(completion.choices[1]).toMatchObject({ message: { content: 'other', refusal: 'No' } });
    const refused: StreamPart = { type: 'refusal-delta', choice: 0, text: 'No' };
    expect(bodyOf([refused, STOP])).toMatchObject({
      choices: [{ message: { content: null, refusal: 'No' } }],
    });
  });

  it('has a text where nothing was said, and null beside tool calls alone', () => {
    expect(bodyOf([STOP])).toMatchObject({ model: '', choices: [{ message: { content: '' } }] });
    expect(bodyOf([...PARTS.slice(6, 7), STOP])).toMatchObject({
      choices: [{ message: { content: null } }],
    });
  });
});

describe('a stream of another dialect', () => {
  const request = { messages: [] };
  const asking = {
    ...request,
    source: { dialect: 'openai-chat', body: { stream_options: { include_usage: true } } },
  };
  const finish = { finishReason: undefined, model: undefined, unterminated: false };
  const usage = USAGE;
  const context = { streamId: ID, numbers: { next: 0 } };

  it('says as chunks what its parts say', () => {
    const encoder = chunkEncoder({ ...context, request: asking });
    const frames = [
      ...PARTS.flatMap((part) => encoder.encode([part])),
      ...encoder.finish({ ...finish, usage }),
    ];
    const { model: _, ...said } = aggregateAnswer(frames.join(''));
    const { model: __, ...given } = aggregateParts(PARTS);
    expect(said).toEqual({ ...given, finishReason: 'tool_calls' });
  });

  it('says nothing of where blocks begin and end', () => {
    const boundaries: StreamPart[] = [
      { type: 'reasoning-start', choice: 0 },
      { type: 'reasoning-end', choice: 0, providerMetadata: { other: { signature: 'x' } } },
      { type: 'text-start', choice: 0 },
      { type: 'text-end', choice: 0 },
      { type: 'tool-call-end', choice: 0, index: 0 },
    ];
    expect(chunkEncoder({ ...context, request }).encode(boundaries)).toEqual([]);
    expect(nativeEncoder(ID).encode(boundaries)).toEqual([]);
    expect(aggregateParts(boundaries)).toEqual(aggregateParts([]));
  });

  it('has a role once for each choice, and none where it continues an answer', () => {
    const partial = { text: 'a', tokens: 1, isPlainText: true, head: { id: 'first' } };
    const encode = (continued?: { partial: typeof partial; usage: typeof usage; target: string }) =>
      chunkEncoder({ ...context, request, continued })
        .encode(PARTS)
        .join('');
    expect(encode().match(/"role":"assistant"/g)).toHaveLength(2);
    const rest = chunkEncoder({ ...context, request, continued: { partial, usage, target: 'b/m' } });
    const [frame] = rest.encode(PARTS.slice(1, 2));
    expect(frame).toContain('"id":"first"');
    expect(frame).not.toContain('"role"');
  });

  it('shows its usage only to a caller of the dialect that asked for it', () => {
    const other = { ...asking, source: { ...asking.source, dialect: 'tiny' } };
    const last = (given: typeof asking) =>
      chunkEncoder({ ...context, request: given })
        .finish({ ...finish, usage })
        .join('');
    expect(last(asking)).toContain('"total_tokens":5');
    expect(last(other)).toBe('data: [DONE]\n\n');
  });

  it('carries a file that is no image beside the text, which stays a text', () => {
    const file: StreamPart = { type: 'file', choice: 0, mediaType: 'text/csv', url: 'https://a.invalid/b' };
    const [frame] = chunkEncoder({ ...context, request }).encode([file]);
    expect(frame).toContain('"files":[{"type":"file","file":{"file_data":"https://a.invalid/b"}}]');
    expect(frame).not.toContain('"content"');
  });
});
