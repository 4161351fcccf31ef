import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../test/support/event-block.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import { openaiChatUpstream } from '../openai-chat/index.js';
import { nativeCaller } from './index.js';
import { nativeEncoder } from './native-encoder.js';
import { formatOf } from '../../core/dialect/format-of.js';

const text = (value: string, choice = 0): StreamPart => ({ type: 'text-delta', choice, text: value });
const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };

describe('nativeEncoder', () => {
  it('prints each part as a frame whose id comes after its data, all of one read in one string', () => {
    const parts: StreamPart[] = [
      { type: 'reasoning-delta', choice: 0, text: 'Hm' },
      text('Hi\n"you"'),
      { type: 'tool-call-delta', choice: 0, index: 1, id: 'c', name: 'f', arguments: '{"a"' },
      { type: 'tool-call-delta', choice: 0, index: 1, arguments: ':1}' },
    ];
    expect(nativeEncoder('s').encode(parts)).toEqual([
      'data: {"reasoning":"Hm"}\nid: s.0\n\n' +
        'data: {"delta":"Hi\\n\\"you\\""}\nid: s.1\n\n' +
        'data: {"toolCall":{"index":1,"id":"c","name":"f","arguments":"{\\"a\\""}}\nid: s.2\n\n' +
        'data: {"toolCall":{"index":1,"arguments":":1}"}}\nid: s.3\n\n',
    ]);
  });

  it('prints what the model draws and says aloud', () => {
    const parts: StreamPart[] = [
      { type: 'file', choice: 0, mediaType: 'image/png', data: 'AAAA' },
      { type: 'file', choice: 0, mediaType: 'image/*', url: 'https://files.example/1' },
      { type: 'audio-delta', choice: 0, id: 'a1', data: 'AAAA', transcript: 'Hi', expiresAt: 9 },
      { type: 'source', choice: 0, url: 'https://a.invalid', title: 'A' },
      { type: 'refusal-delta', choice: 0, text: 'No' },
    ];
    expect(nativeEncoder('s').encode(parts)).toEqual([
      'data: {"file":{"mediaType":"image/png","data":"AAAA"}}\nid: s.0\n\n' +
        'data: {"file":{"mediaType":"image/*","url":"https://files.example/1"}}\nid: s.1\n\n' +
        'data: {"audio":{"id":"a1","data":"AAAA","transcript":"Hi","expiresAt":9}}\nid: s.2\n\n' +
        'data: {"source":{"url":"https://a.invalid","title":"A"}}\nid: s.3\n\n' +
        'data: {"delta":"No"}\nid: s.4\n\n',
    ]);
  });

  it('numbers frames without a gap, from the one that is requested', () => {
    const encoder = nativeEncoder('s', { next: 41 });
    expect(encoder.encode([text('a')])).toEqual(['data: {"delta":"a"}\nid: s.41\n\n']);
    expect(encoder.encode([text('other', 1)])).toEqual([]);
    expect(encoder.encode([text('b')])).toEqual(['data: {"delta":"b"}\nid: s.42\n\n']);
  });

  it('keeps for the end what is told there, and the answers beside the first to itself', () => {
    const parts: StreamPart[] = [
      { type: 'usage', usage },
      { type: 'finish', choice: 0, reason: 'stop' },
      text('second', 1),
    ];
    expect(nativeEncoder('s').encode(parts)).toEqual([]);
  });

  it('opens with an empty delta, so that the client has an id', () => {
    expect(nativeEncoder('s').opening()).toEqual(['data: {"delta":""}\nid: s.0\n\n']);
  });

  it('ends with done and an id that says so', () => {
    const ending = { finishReason: 'stop', usage, model: 'm', unterminated: false };
    expect(nativeEncoder('s', { next: 3 }).finish(ending)).toEqual([
      'event: done\ndata: {"finishReason":"stop","usage":{"promptTokens":1,"completionTokens":2,"totalTokens":3},"model":"m"}\nid: s.3.end\n\n',
    ]);
  });

  it('says null where it does not know, and invents no finish reason', () => {
    const ending = { finishReason: undefined, usage: undefined, model: undefined, unterminated: true };
    expect(nativeEncoder('s').finish(ending)).toEqual([
      'event: done\ndata: {"finishReason":null,"usage":null,"model":null}\nid: s.0.end\n\n',
    ]);
  });

  it('ends with failed, which tells the code but not what the provider said', () => {
    const error = new SluiceError('upstream-cut', 'It broke off', { providerError: { message: 'org-acme' } });
    expect(nativeEncoder('s', { next: 5 }).fail(error)).toEqual([
      'event: failed\ndata: {"code":"upstream-cut","message":"It broke off","retryable":true}\nid: s.5.end\n\n',
    ]);
  });
});

describe('the native dialect of an OpenAI upstream', () => {
  it('prints what an upstream of another dialect streams', () => {
    const transcoder = formatOf(nativeCaller)(openaiChatUpstream, {
      streamId: 's',
      numbers: { next: 0 },
      request: { messages: [] },
    });
    const data = ['{"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}', '[DONE]'];
    expect(transcoder.push(blockOf(...data))).toMatchObject({
      output: ['data: {"delta":"Hi"}\nid: s.0\n\n'],
      events: 2,
      content: true,
      done: true,
      model: 'm',
    });
  });

  it('names in each id the producer that continues a stream', () => {
    const encoder = nativeEncoder('s', { next: 7, epoch: 2 });
    const [deltas = ''] = encoder.encode([{ type: 'text-delta', choice: 0, text: 'x' }]);
    expect(deltas).toBe('data: {"delta":"x"}\nid: s.7.e2\n\n');
    expect(encoder.fail(new SluiceError('upstream-cut', 'cut'))?.join('')).toContain('id: s.8.e2.end\n\n');
  });
});
