import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../test/support/event-block.js';
import { SluiceError } from '../../core/sluice-error.js';
import { openaiChat } from '../openai-chat/index.js';
import { encodeTextErrorBody, plainTextFormat } from './plain-text-format.js';

const open = () =>
  plainTextFormat(openaiChat, { streamId: 's', numbers: { next: 0 }, request: { messages: [] } });
const delta = (fields: object, index = 0) => JSON.stringify({ choices: [{ index, delta: fields }] });

describe('plainTextFormat', () => {
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

  it('has nothing to say before and after the text, and no way to tell a failure', () => {
    const transcoder = open();
    expect(transcoder.opening()).toEqual([]);
    expect(
      transcoder.finish({ finishReason: 'stop', usage: undefined, model: 'm', unterminated: false }),
    ).toEqual([]);
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
