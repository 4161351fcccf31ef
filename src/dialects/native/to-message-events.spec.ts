import { of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../core/sluice-error.js';
import type { StreamPart } from '../../core/stream-part.js';
import { toMessageEvents, type NativeMessageEvent } from './to-message-events.js';

const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const hello: StreamPart = { type: 'text-delta', choice: 0, text: 'Hello' };

/** The events, and '|' for the end. */
function eventsOf(parts: ReturnType<typeof of<StreamPart[]>>): (NativeMessageEvent | '|')[] {
  const events: (NativeMessageEvent | '|')[] = [];
  parts.pipe(toMessageEvents()).subscribe({
    next: (event) => events.push(event),
    complete: () => events.push('|'),
  });
  return events;
}

describe('toMessageEvents', () => {
  it('turns parts into deltas and what is known at the end into done', () => {
    const parts: StreamPart[] = [
      hello,
      { type: 'finish', choice: 0, reason: 'length' },
      { type: 'usage', usage },
    ];
    expect(eventsOf(of(...parts))).toEqual([
      { data: { delta: 'Hello' } },
      { type: 'done', data: { finishReason: 'length', usage, model: null } },
      '|',
    ]);
  });

  it('turns a failure into failed, and never into done', () => {
    const error = new SluiceError('timeout-idle', 'silent');
    expect(eventsOf(throwError(() => error))).toEqual([
      { type: 'failed', data: { code: 'timeout-idle', message: 'silent', retryable: true } },
      '|',
    ]);
  });

  it('hides the text of a failure that is not Sluice’s own', () => {
    const [event] = eventsOf(throwError(() => new Error('secret')));
    expect(event).toMatchObject({ type: 'failed', data: { code: 'internal' } });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  it('leaves the parts when its reader leaves', () => {
    const parts = new Subject<StreamPart>();
    parts.pipe(toMessageEvents()).subscribe().unsubscribe();
    expect(parts.observed).toBe(false);
  });
});
