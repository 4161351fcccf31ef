import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBlock } from '../../../test/support/event-block.js';
import type { FrameNumbers } from '../../core/dialect/stream-format.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import { aggregateAnswer as collectOpenai } from '../openai-chat/aggregate-answer.js';
import { openaiChatUpstream } from '../openai-chat/index.js';
import { aggregateAnswer } from './aggregate-answer.js';
import { nativeCaller } from './index.js';
import { nativeEncoder } from './native-encoder.js';
import { formatOf } from '../../core/dialect/format-of.js';

const FOLDER = new URL('../../../test/fixtures/openai-chat/', import.meta.url);
const NAMES = ['openai', 'openai-tools', 'azure', 'deepseek', 'llama-cpp', 'openrouter'];
const NOTHING = {
  text: '',
  reasoning: '',
  toolCalls: [],
  finishReason: null,
  usage: null,
  model: null,
  error: null,
};

/** A piece of a tool call. */
const toolPiece = (index: number, fields: object): StreamPart => ({
  type: 'tool-call-delta',
  choice: 0,
  index,
  ...fields,
});

const transcript = (name: string) => readFileSync(new URL(`${name}.sse`, FOLDER), 'utf8');

/** A transcript as a native caller is sent it. */
function nativeFrames(name: string): string[] {
  const numbers: FrameNumbers = { next: 0 };
  const transcoder = formatOf(nativeCaller)(openaiChatUpstream, {
    streamId: 's',
    numbers,
    request: { messages: [] },
  });
  const { output, ...seen } = transcoder.push(eventBlock(transcript(name)));
  const { finishReason, usage } = seen;
  const end = transcoder.finish({ finishReason, usage, model: seen.model, unterminated: false });
  return [...output, ...(end ?? [])].join('').match(/[^]*?\n\n/g) ?? [];
}

describe.each(NAMES)('aggregateAnswer of the native frames of %s', (name) => {
  const frames = nativeFrames(name);

  it('comes to the same as the chunks that they were made of', () => {
    const { model: _, ...answer } = aggregateAnswer(frames.join(''));
    const { model: __, ...expected } = collectOpenai(transcript(name).replaceAll('\r\n', '\n'));
    expect(answer).toEqual(expected);
  });

  it.each(frames.map((_, count) => count))('goes as far as its first %i frames do', (count) => {
    const [whole, part] = [
      aggregateAnswer(frames.join('')),
      aggregateAnswer(frames.slice(0, count).join('')),
    ];
    for (const field of ['text', 'reasoning'] as const) {
      expect(whole[field].slice(0, part[field].length)).toBe(part[field]);
    }
    for (const [index, call] of part.toolCalls.entries()) {
      expect(whole.toolCalls[index]?.arguments.slice(0, call.arguments.length)).toBe(call.arguments);
    }
    expect(part).toMatchObject({ finishReason: null, usage: null, model: null, error: null });
  });
});

describe('aggregateAnswer', () => {
  it('has nothing of no frames, and of one that opens', () => {
    expect(aggregateAnswer('')).toEqual(NOTHING);
    expect(aggregateAnswer(nativeEncoder('s').opening().join(''))).toEqual(NOTHING);
  });

  it('has the text as it was, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (texts) => {
        const parts = texts.map((text): StreamPart => ({ type: 'text-delta', choice: 0, text }));
        expect(aggregateAnswer(nativeEncoder('s').encode(parts).join('')).text).toBe(texts.join(''));
      }),
    );
  });

  it('puts tool calls together, whichever piece comes first', () => {
    const parts = [
      toolPiece(1, { id: 'c1', name: 'b' }),
      toolPiece(0, { id: 'c0', name: 'a', arguments: '[' }),
      toolPiece(1, { arguments: '{}' }),
      toolPiece(0, { arguments: ']' }),
    ];
    expect(aggregateAnswer(nativeEncoder('s').encode(parts).join('')).toolCalls).toEqual([
      { id: 'c0', name: 'a', arguments: '[]' },
      { id: 'c1', name: 'b', arguments: '{}' },
    ]);
  });

  it('says why the stream failed, beside what came before', () => {
    const encoder = nativeEncoder('s');
    const failed = encoder.fail(new SluiceError('upstream-cut', 'The upstream broke off')) ?? [];
    const frames = [...encoder.encode([{ type: 'text-delta', choice: 0, text: 'Hi' }]), ...failed].join('');
    expect(aggregateAnswer(frames)).toEqual({
      ...NOTHING,
      text: 'Hi',
      error: { code: 'upstream-cut', message: 'The upstream broke off' },
    });
  });

  it('puts together what the model draws and says aloud, as of the chunks themselves', () => {
    const deltas = [
      { images: [{ image_url: { url: 'data:image/png;base64,AAAA' } }] },
      { audio: { id: 'a1', transcript: 'Hi' } },
      { audio: { data: 'AQ==' } },
      { audio: { data: 'Ag==', transcript: ' you', expires_at: 9 } },
      { refusal: 'No' },
      { annotations: [{ url_citation: { url: 'https://a.invalid', title: 'A' } }] },
    ];
    const chunks = deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
    const transcoder = formatOf(nativeCaller)(openaiChatUpstream, {
      streamId: 's',
      numbers: { next: 0 },
      request: { messages: [] },
    });
    const frames = transcoder.push(eventBlock(chunks.join(''))).output.join('');
    const expected = {
      files: [{ mediaType: 'image/png', data: 'AAAA' }],
      audio: { id: 'a1', data: 'AQI=', transcript: 'Hi you', expiresAt: 9 },
      text: 'No',
      sources: [{ url: 'https://a.invalid', title: 'A' }],
    };
    expect(aggregateAnswer(frames)).toEqual({ ...NOTHING, ...expected });
    expect(collectOpenai(chunks.join(''))).toEqual({ ...NOTHING, ...expected });
  });

  it('has no usage where what stands there is none', () => {
    const usage = '{"promptTokens":1e308,"completionTokens":1e308,"totalTokens":null}';
    const done = `event: done\ndata: {"finishReason":"stop","usage":${usage},"model":null}\nid: s.0.end\n\n`;
    expect(aggregateAnswer(done)).toEqual({ ...NOTHING, finishReason: 'stop' });
  });

  it('says null where the end does not know', () => {
    const ending = { finishReason: undefined, usage: undefined, model: undefined, unterminated: true };
    expect(aggregateAnswer((nativeEncoder('s').finish(ending) ?? []).join(''))).toEqual(NOTHING);
  });
});
