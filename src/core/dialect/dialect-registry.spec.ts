import { describe, expect, it } from 'vitest';
import { encodeTerminalError } from '../../../test/contract/terminal-error.js';
import { parseEvents } from '../../../test/support/http-client.js';
import { SluiceError } from '../sluice-error.js';
import { countFrames } from '../../stream-log/frames.js';
import { dialects } from '../../dialects/index.js';
import { DialectRegistry } from './dialect-registry.js';

const error = new SluiceError('upstream-cut', 'The replica that produced this stream is gone; ask again');

describe('the terminal error of a dialect', () => {
  it('is a failure with its number in a native stream, and the end of it', () => {
    const text = encodeTerminalError({ id: 's', dialect: 'native' }, 7, error) ?? '';
    const [event, ...others] = parseEvents(text);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ event: 'failed', id: 's.7.end' });
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ code: 'upstream-cut', retryable: true });
  });

  it('is an error object in a chat completion, and no [DONE] that would be a success', () => {
    const text = encodeTerminalError({ id: 's', dialect: 'openai-chat' }, 7, error) ?? '';
    const [event] = parseEvents(text);
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ error: { code: 'upstream_cut' } });
    expect(text).not.toContain('[DONE]');
  });

  it.each(['native', 'openai-chat'] as const)('is one whole frame, as a log counts them: %s', (dialect) => {
    expect(countFrames(encodeTerminalError({ id: 's', dialect }, 7, error) ?? '')).toBe(1);
  });
});

describe('DialectRegistry', () => {
  const native = dialects.retained('native');
  const face = native as NonNullable<typeof native>;

  it.each([
    [
      'two of one name',
      [
        { name: 'native', caller: face },
        { name: 'native', caller: face },
      ],
      'same name',
    ],
    ['one without a face', [{ name: 'bare' }], 'no face'],
    ['a face of another name', [{ name: 'mine', caller: face }], 'another name'],
  ])('refuses %s', (_, given, problem) => {
    expect(() => new DialectRegistry(given)).toThrow(problem);
  });

  it('says nothing of a failure in a dialect that it does not know', () => {
    expect(encodeTerminalError({ id: 's', dialect: 'unknown' }, 7, error)).toBeUndefined();
    expect(() => dialects.upstream('native')).toThrow("'native'");
  });
});
