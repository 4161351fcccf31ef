import { describe, expect, it } from 'vitest';
import type { StreamEnded } from '../core/relay-event.js';
import { SluiceError } from '../core/sluice-error.js';
import { streamLogLine } from './stream-log-line.js';

const ended: StreamEnded = {
  type: 'ended',
  target: 'u/m',
  stream: { id: 's', route: 'r', caller: 'web', streaming: true },
  outcome: 'finished',
  attempts: 1,
  ttftMs: 12.345_67,
  durationMs: 100.04,
  usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
  usageEstimated: false,
  bytes: 4,
  events: 5,
  error: undefined,
};

describe('streamLogLine', () => {
  it('tells what a stream cost and how it ended', () => {
    const line = streamLogLine(ended);
    expect(line).toEqual({
      msg: 'stream ended',
      id: 's',
      route: 'r',
      target: 'u/m',
      caller: 'web',
      streaming: true,
      outcome: 'finished',
      attempts: 1,
      ttftMs: 12.3,
      durationMs: 100,
      promptTokens: 1,
      completionTokens: 2,
      bytes: 4,
      events: 5,
    });
    expect(line).not.toHaveProperty('code');
  });

  it('marks tokens that nobody counted', () => {
    expect(streamLogLine(ended)).not.toHaveProperty('usageEstimated');
    expect(streamLogLine({ ...ended, usageEstimated: true })).toMatchObject({ usageEstimated: true });
  });

  it('tells of a failure its code alone, never what was said', () => {
    const error = new SluiceError('upstream-rejected', 'a prompt', {
      cause: new Error('a prompt'),
      providerError: { message: 'a prompt' },
    });
    const line = streamLogLine({ ...ended, outcome: 'upstream-error', error });
    expect(line).toMatchObject({ outcome: 'upstream-error', code: 'upstream-rejected' });
    expect(JSON.stringify(line)).not.toContain('a prompt');
  });

  it('leaves out of the JSON what is not known', () => {
    const line: unknown = JSON.parse(
      JSON.stringify(streamLogLine({ ...ended, ttftMs: undefined, usage: undefined })),
    );
    expect(line).not.toHaveProperty('ttftMs');
    expect(line).not.toHaveProperty('promptTokens');
  });
});
