import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { HandSource } from '../../../test/support/hand-source.js';
import { recordInto, someTarget } from '../../../test/support/target.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { StreamSession } from './stream-session.js';

const HEAD_WAIT_MS = 100;

const transcoder: Transcoder<string> = {
  push: () => block,
  opening: () => [],
  finish: () => [],
  fail: () => undefined,
};
const block: TranscodeResult<string> = {
  output: ['x'],
  events: 1,
  content: false,
  done: false,
  finished: [],
};

type Step =
  | 'content'
  | 'finish'
  | 'done'
  | 'reported'
  | 'error'
  | 'close'
  | 'abort'
  | 'wait'
  | 'read'
  | 'leave';

/** Everything that can happen to a stream, one step after the other; its reader leaves in the end. */
function live(steps: readonly Step[]) {
  const upstream = new HandSource();
  const events: RelayEvent[] = [];
  const onEnd = vi.fn<() => void>();
  const record = recordInto(events, onEnd);
  record.attemptStarted(1, someTarget());
  const limits = { headWaitMs: HEAD_WAIT_MS, choices: 1, maxEvents: 5 };
  const session = new StreamSession<string>({ transcoder, record, flow: new BackPressure(), ...limits });
  session.start(upstream);
  let reader: Subscription | undefined;
  const ends: string[] = [];
  const read = () =>
    (reader ??= session.output.subscribe({
      error: () => ends.push('error'),
      complete: () => ends.push('end'),
    }));
  const take: Record<Step, () => void> = {
    content: () => upstream.next({ ...block, content: true }),
    finish: () => upstream.next({ ...block, finished: [0], finishReason: 'stop' }),
    done: () => upstream.next({ ...block, done: true }),
    reported: () => upstream.next({ ...block, error: new SluiceError('upstream-error', 'no') }),
    error: () => upstream.error(new SluiceError('timeout-idle', 'no')),
    close: () => upstream.complete(),
    abort: () => upstream.error(new SluiceError('shutting-down', 'no')),
    wait: () => vi.advanceTimersByTime(HEAD_WAIT_MS),
    read,
    leave: () => reader?.unsubscribe(),
  };
  for (const step of steps) take[step]();
  read().unsubscribe();
  return { events, onEnd, upstream, ends };
}

describe('StreamSession, whatever happens to it in whatever order', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const step = fc.constantFrom<Step>(
    'content',
    'content',
    'finish',
    'done',
    'reported',
    'error',
    'close',
    'abort',
    'wait',
    'read',
    'leave',
  );

  it('ends exactly once, tells nothing after it, and leaves its upstream', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { events, onEnd, upstream, ends } = live(steps);
        expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1);
        expect(events.at(-1)?.type).toBe('ended');
        expect(onEnd).toHaveBeenCalledOnce();
        expect(upstream.isOpen).toBe(false);
        expect(ends.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

it('closes an upstream that has said everything while it was subscribed to', () => {
  const limits = { headWaitMs: HEAD_WAIT_MS, choices: 1, maxEvents: 5 };
  const session = new StreamSession<string>({
    transcoder,
    record: recordInto([]),
    flow: new BackPressure(),
    ...limits,
  });
  const stop = vi.fn<() => void>();
  session.start({ start: (sink) => sink.next({ ...block, content: true, done: true }), stop });
  expect(stop).toHaveBeenCalled();
});
