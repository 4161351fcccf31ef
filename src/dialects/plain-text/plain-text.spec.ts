import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../test/support/event-block.js';
import { SluiceError } from '../../core/sluice-error.js';
import { openaiChatUpstream } from '../openai-chat/index.js';
import { formatOf } from '../../core/dialect/format-of.js';
import { encodeTextErrorBody, plainTextCaller } from './index.js';

const open = () =>
  formatOf(plainTextCaller)(openaiChatUpstream, {
    streamId: 's',
    numbers: { next: 0 },
    request: { messages: [] },
  });
const delta = (fields: object, index = 0) => JSON.stringify({ choices: [{ index, delta: fields }] });

describe('the plain text dialect', () => {
  it('prints the text of the first answer alone', () => {
    const events = [
      delta({ reasoning_content: 'Hm' }),
      delta({ content: 'Hel' }),
      delta({ content: 'other' }, 1),
      delta({ content: 'lo\n' }),
      delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }),
    ];
    expect(open().push(blockOf(...events))).toMatchObject({ output: ['Hello\n'], content: true });
  });

  it('prints nothing where there is no text', () => {
    expect(open().push(blockOf(delta({ reasoning_content: 'Hm' })))).toMatchObject({
      output: [],
      content: true,
    });
  });

  const ending = { finishReason: 'stop', usage: undefined, model: 'm', unterminated: false };

  it('holds the first half of a character until its second half comes', () => {
    const transcoder = open();
    const output = [
      [delta({ content: 'a\ud83d' })],
      [delta({ reasoning_content: 'Hm' }), delta({ content: '\ud83d' }, 1)],
      [delta({ content: '\ude00b' })],
      [delta({ content: '\ud83d' }), delta({ content: '\ude00' })],
    ].map((events) => transcoder.push(blockOf(...events)).output);
    expect(output).toEqual([['a'], [], ['😀b'], ['😀']]);
    expect(transcoder.finish(ending)).toEqual([]);
  });

  it('gives half a character as it is when something else follows, and at the end', () => {
    const transcoder = open();
    expect(transcoder.push(blockOf(delta({ content: '\ud83d' })))).toMatchObject({
      output: [],
      content: true,
    });
    expect(transcoder.push(blockOf(delta({ content: 'x\ud83d' }))).output).toEqual(['\ud83dx']);
    expect(transcoder.finish(ending)).toEqual(['\ud83d']);
  });

  it('continues within a character where another attempt was cut', () => {
    const said = { text: 'a\ud83d', tokens: 1, isPlainText: true, head: {} };
    const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };
    const continued = { partial: said, usage, target: 'b/m' };
    const rest = formatOf(plainTextCaller)(openaiChatUpstream, {
      streamId: 's',
      numbers: { next: 0 },
      request: { messages: [] },
      continued,
    });
    expect(rest.push(blockOf(delta({ content: '\ude00' }))).output).toEqual(['😀']);
  });

  it('has nothing to say before and after the text, and no way to tell a failure', () => {
    const transcoder = open();
    expect(transcoder.opening()).toEqual([]);
    expect(transcoder.finish(ending)).toEqual([]);
    expect(transcoder.fail(new SluiceError('upstream-cut', 'no'))).toBeUndefined();
  });
});

describe('encodeTextErrorBody', () => {
  it('prints the message on a line', () => {
    expect(encodeTextErrorBody(new SluiceError('missing-content', 'Missing'))).toEqual({
      contentType: 'text/plain; charset=utf-8',
      body: 'Missing\n',
    });
  });
});
