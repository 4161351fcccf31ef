import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordInto, someTarget } from '../../../test/support/target.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { SluiceError, type SluiceErrorCode } from '../../core/sluice-error.js';
import type { StreamStats } from './stream-stats.js';

const identity = { id: 's', route: 'r', caller: 'web', streaming: true };
const attempt = { number: 1, upstream: 'a', target: 'a/m' };
const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const nothing = { content: false, done: false, events: 1 };

function start() {
  const events: RelayEvent[] = [];
  const onEnd = vi.fn<() => void>();
  const record = recordInto(events, onEnd);
  return { record, events, onEnd, types: () => events.map(({ type }) => type) };
}

describe('StreamStats', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('tells the story of a stream and what it came to', () => {
    const { record, events } = start();
    record.attemptStarted(1, someTarget());
    vi.advanceTimersByTime(20);
    record.read(100);
    record.observe({ ...nothing, model: 'first' });
    vi.advanceTimersByTime(5);
    record.read(50);
    record.observe({ ...nothing, content: true, events: 2 });
    record.committed();
    record.observe({ ...nothing, finishReason: 'length', model: 'second' });
    record.observe({ ...nothing, usage });
    vi.advanceTimersByTime(75);
    expect(record.finishInfo(true)).toEqual({
      finishReason: 'length',
      usage,
      model: 'first',
      unterminated: true,
    });
    record.finished();
    expect(events).toEqual([
      { type: 'attempt-started', stream: identity, attempt },
      { type: 'first-token', stream: identity, ttftMs: 25 },
      { type: 'committed', stream: identity, afterMs: 25 },
      {
        type: 'ended',
        stream: identity,
        outcome: 'length',
        target: 'a/m',
        attempts: 1,
        ttftMs: 25,
        durationMs: 100,
        usage,
        usageEstimated: false,
        bytes: 150,
        events: 5,
        error: undefined,
      },
    ]);
  });

  it('tells the first token and the commit once', () => {
    const { record, types } = start();
    for (let token = 0; token < 3; token += 1) {
      record.observe({ ...nothing, content: true });
      record.committed();
    }
    expect(types()).toEqual(['first-token', 'committed']);
  });

  it('forgets no finish reason', () => {
    const { record } = start();
    record.observe({ ...nothing, finishReason: 'stop' });
    record.observe({ ...nothing, finishReason: 'content_filter' });
    record.observe({ ...nothing });
    expect(record.finishInfo(false).finishReason).toBe('content_filter');
  });

  it.each<[string, (record: StreamStats) => void, string]>([
    ['finished', (record) => record.finished(), 'finished'],
    ['failed', (record) => record.failed(new SluiceError('client-gone', 'left')), 'client-gone'],
  ])('ends once and gives its place back once when it %s first', (_, end, outcome) => {
    const { record, events, onEnd } = start();
    record.attemptStarted(1, someTarget());
    end(record);
    record.finished();
    record.failed(new SluiceError('upstream-cut', 'late'));
    expect(events).toMatchObject([{ type: 'attempt-started' }, { type: 'ended', outcome }]);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it.each<SluiceErrorCode>(['upstream-cut', 'timeout-idle', 'upstream-rate-limited'])(
    'counts %s against the attempt',
    (code) => {
      const { record, events } = start();
      record.attemptStarted(1, someTarget());
      const error = new SluiceError(code, 'no');
      record.attemptWon(1, someTarget());
      record.failed(error);
      expect(events.slice(1)).toMatchObject([
        { type: 'attempt-failed', attempt, error },
        { type: 'ended', error },
      ]);
    },
  );

  it.each<SluiceErrorCode>(['client-gone', 'cancelled', 'shutting-down'])(
    'does not count %s against the attempt',
    (code) => {
      const { record, types } = start();
      record.attemptStarted(1, someTarget());
      record.attemptFailed(1, someTarget(), new SluiceError(code, 'no'));
      record.attemptWon(1, someTarget());
      record.failed(new SluiceError(code, 'no'));
      expect(types()).toEqual(['attempt-started', 'ended']);
    },
  );

  it('tells of an attempt that failed before another took over, and not of one more at the end', () => {
    const { record, types } = start();
    record.attemptStarted(1, someTarget());
    record.attemptFailed(1, someTarget(), new SluiceError('upstream-unreachable', 'no'));
    record.failed(new SluiceError('upstream-unreachable', 'no'));
    expect(types()).toEqual(['attempt-started', 'attempt-failed', 'ended']);
  });

  it('estimates, and says so, what an upstream that has sent something did not count', () => {
    const { record, events } = start();
    record.attemptStarted(1, someTarget());
    record.read(10);
    record.observe({ ...nothing, content: true, events: 5 });
    record.failed(new SluiceError('client-gone', 'left'));
    expect(events.at(-1)).toMatchObject({
      usage: { promptTokens: 7, completionTokens: 5, totalTokens: 12 },
      usageEstimated: true,
    });
  });

  it('estimates nothing for an upstream that has sent nothing', () => {
    const { record, events } = start();
    record.attemptStarted(1, someTarget());
    record.failed(new SluiceError('timeout-headers', 'no'));
    expect(events.at(-1)).toMatchObject({ usage: undefined, usageEstimated: false });
  });

  it('counts nothing against an attempt that was never made', () => {
    const { record, types } = start();
    record.failed(new SluiceError('upstream-unreachable', 'no'));
    expect(types()).toEqual(['ended']);
  });

  it('does not count twice what an upstream had counted of a beginning', () => {
    const { record, events } = start();
    record.read(100);
    record.observe({ ...nothing, content: true, events: 5, usage });
    record.continued(5);
    record.observe({ ...nothing, content: true, events: 3 });
    record.finished();
    expect(events.at(-1)).toMatchObject({ usage: { completionTokens: 8 }, usageEstimated: true });
  });

  it.each([
    { what: 'as the upstream counts it', told: usage, completionTokens: 2 + 5 },
    { what: 'as an estimate of both', told: undefined, completionTokens: 1 + 5 },
  ])('counts what another process has said before: $what', ({ told: reported, completionTokens }) => {
    const { record, events } = start();
    expect(record.continuesElsewhere(5)).toEqual({ promptTokens: 7, completionTokens: 5, totalTokens: 12 });
    record.read(100);
    record.observe({ ...nothing, content: true, usage: reported });
    record.finished();
    expect(events.at(-1)).toMatchObject({ type: 'ended', usage: { completionTokens }, usageEstimated: true });
  });
});
