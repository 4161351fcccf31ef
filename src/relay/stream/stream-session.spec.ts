import { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import type { RelayEvent } from '../../core/relay-event.js';
import { HandSource } from '../../../test/support/hand-source.js';
import { recordInto } from '../../../test/support/target.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { TranscodeResult, Transcoder } from '../../core/dialect/transcoder.js';
import { StreamSession, type SessionOptions } from './stream-session.js';

const HEAD_WAIT_MS = 10_000;
const cut = new SluiceError('upstream-cut', 'cut');

const transcoder: Transcoder<string> = {
  push: () => block(),
  opening: () => ['opening'],
  finish: ({ finishReason, unterminated }) => [`finish ${finishReason} ${unterminated}`],
  fail: ({ code }) => [`failed ${code}`],
};

function block(fields: Partial<TranscodeResult<string>> = {}): TranscodeResult<string> {
  return { output: [], events: 1, content: false, done: false, finished: [], ...fields };
}

const role = block({ output: ['role'] });
const text = (value: string) => block({ output: [value], content: true });
const finish = block({ finished: [0], finishReason: 'stop' });
const done = block({ done: true });

function start(options: Partial<SessionOptions<string>> = {}) {
  const upstream = new HandSource();
  const events: RelayEvent[] = [];
  const record = recordInto(events);
  const flow = new BackPressure();
  const limits = { headWaitMs: HEAD_WAIT_MS, choices: 1, maxEvents: 1_000 };
  const session = new StreamSession<string>({ transcoder, record, flow, ...limits, ...options });
  const seen: string[] = [];
  const read = () =>
    session.output.subscribe({
      next: (frame) => seen.push(frame),
      error: (error: SluiceError) => seen.push(`! ${error.code}`),
      complete: () => seen.push('|'),
    });
  let opened = 'waiting';
  session.start(upstream);
  session.opened.then(
    () => (opened = 'open'),
    (error: SluiceError) => (opened = error.code),
  );
  const state = async () => {
    await vi.advanceTimersByTimeAsync(0);
    return opened;
  };
  const ended = () => events.filter((event) => event.type === 'ended');
  return { session, upstream, flow, seen, read, state, events, ended };
}

/** A stream whose reader has had the first content. */
function reading(options: Partial<SessionOptions<string>> = {}) {
  const session = start(options);
  session.upstream.next(text('Hello'));
  return { ...session, reader: session.read() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('StreamSession before the first content', () => {
  it('waits, whatever else the upstream sends', async () => {
    const { upstream, state, flow } = start();
    upstream.next(role);
    expect(await state()).toBe('waiting');
    expect(flow.paused).toBe(false);
  });

  it.each<[string, (upstream: HandSource) => void, string, string]>([
    ['its upstream fails', (upstream) => upstream.error(cut), 'upstream-cut', 'upstream-cut'],
    ['its upstream just closes', (upstream) => upstream.complete(), 'upstream-cut', 'upstream-cut'],
    [
      'a timer runs out',
      (upstream) => upstream.error(new SluiceError('timeout-idle', 'no')),
      'timeout-idle',
      'timeout-idle',
    ],
    [
      'its caller leaves',
      (upstream) => upstream.error(new SluiceError('client-gone', 'no')),
      'client-gone',
      'client-gone',
    ],
    ['something breaks', (upstream) => upstream.error(new Error('defect')), 'internal', 'upstream-error'],
    [
      'the stream reports an error',
      (upstream) => upstream.next(block({ error: cut })),
      'upstream-cut',
      'upstream-cut',
    ],
  ])('rejects when %s', async (_, fail, code, outcome) => {
    const { upstream, state, ended, read, seen } = start();
    upstream.next(role);
    fail(upstream);
    expect(await state()).toBe(code);
    read();
    expect(seen).toEqual(['role', `! ${code}`]);
    expect(ended()).toMatchObject([{ outcome, ttftMs: undefined }]);
    expect(upstream.isOpen).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('opens with a complete answer that has no content', async () => {
    const { upstream, state, read, seen, ended } = start();
    upstream.next(finish);
    upstream.next(done);
    expect(await state()).toBe('open');
    read();
    expect(seen).toEqual(['finish stop false', '|']);
    expect(ended()).toMatchObject([{ outcome: 'finished' }]);
  });

  it('opens after the head’s wait, with what the format sends first', async () => {
    const { upstream, state, read, seen, events } = start();
    upstream.next(role);
    await vi.advanceTimersByTimeAsync(HEAD_WAIT_MS - 1);
    expect(await state()).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(await state()).toBe('open');
    read();
    upstream.next(text('late'));
    expect(seen).toEqual(['role', 'opening', 'late']);
    expect(events).toMatchObject([{ type: 'first-token' }, { type: 'committed' }]);
  });

  it('tells a failure after the head’s wait as a frame', async () => {
    const { upstream, read, seen, ended } = start();
    await vi.advanceTimersByTimeAsync(HEAD_WAIT_MS);
    read();
    upstream.error(cut);
    expect(seen).toEqual(['opening', 'failed upstream-cut', '|']);
    expect(ended()).toMatchObject([{ outcome: 'upstream-cut' }]);
  });
});

describe('StreamSession at the first content', () => {
  it('opens, pauses an upstream that sends anything before there is a reader, and keeps every frame', async () => {
    const { upstream, state, flow, read, seen } = start();
    upstream.next(role);
    upstream.next(text('Hello'));
    expect(await state()).toBe('open');
    expect(flow.paused).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    upstream.next(role);
    expect(flow.paused).toBe(true);
    upstream.next(text(' on the way'));
    read();
    expect(flow.paused).toBe(false);
    expect(seen).toEqual(['role', 'Hello', 'role', ' on the way']);
  });

  it('holds the end back for the reader as well', () => {
    const { upstream, read, seen, ended } = start();
    upstream.next(text('Hello'));
    upstream.next(finish);
    upstream.next(done);
    expect(ended()).toHaveLength(1);
    read();
    expect(seen).toEqual(['Hello', 'finish stop false', '|']);
  });
});

describe('StreamSession after the first content', () => {
  it('sends what stood before a failure, the failure, and ends', () => {
    const { upstream, seen, ended, state } = reading();
    upstream.next(block({ output: [' kept'], content: true, error: cut }));
    expect(seen).toEqual(['Hello', ' kept', 'failed upstream-cut', '|']);
    expect(ended()).toMatchObject([{ outcome: 'upstream-cut', error: cut }]);
    expect(upstream.isOpen).toBe(false);
    return expect(state()).resolves.toBe('open');
  });

  it('breaks off where the format has no frame for a failure', () => {
    const { upstream, seen } = reading({ transcoder: { ...transcoder, fail: () => undefined } });
    upstream.error(cut);
    expect(seen).toEqual(['Hello', '! upstream-cut']);
  });

  it('shows an upstream that just closes as cut, and invents no finish', () => {
    const { upstream, seen, ended } = reading();
    upstream.complete();
    expect(seen).toEqual(['Hello', 'failed upstream-cut', '|']);
    expect(ended()).toMatchObject([{ outcome: 'upstream-cut' }]);
  });

  it('takes a finish reason without [DONE] for a complete answer, and says so to the format', () => {
    const { upstream, seen, ended } = reading();
    upstream.next(finish);
    upstream.complete();
    expect(seen).toEqual(['Hello', 'finish stop true', '|']);
    expect(ended()).toMatchObject([{ outcome: 'finished' }]);
  });

  it('waits for the finish of every choice', () => {
    const short = reading({ choices: 2 });
    short.upstream.next(finish);
    short.upstream.complete();
    expect(short.ended()).toMatchObject([{ outcome: 'upstream-cut' }]);

    const repeated = reading({ choices: 2 });
    repeated.upstream.next(finish);
    repeated.upstream.next(finish);
    repeated.upstream.complete();
    expect(repeated.ended()).toMatchObject([{ outcome: 'upstream-cut' }]);

    const whole = reading({ choices: 2 });
    whole.upstream.next(finish);
    whole.upstream.next(block({ finished: [1], finishReason: 'stop' }));
    whole.upstream.complete();
    expect(whole.ended()).toMatchObject([{ outcome: 'finished' }]);
  });

  it('takes nothing that follows the end', () => {
    const { upstream, seen } = reading();
    upstream.next(done);
    upstream.next(text('late'));
    upstream.error(cut);
    expect(seen).toEqual(['Hello', 'finish undefined false', '|']);
  });

  it('leaves the upstream when its reader leaves', () => {
    const { reader, upstream, ended } = reading();
    reader.unsubscribe();
    expect(upstream.isOpen).toBe(false);
    expect(ended()).toMatchObject([{ outcome: 'client-gone' }]);
  });

  it('sends nothing to a client that is gone', () => {
    const { upstream, seen } = reading();
    upstream.error(new SluiceError('client-gone', 'left'));
    expect(seen).not.toContain('failed client-gone');
  });

  it('ends a stream of too many events', () => {
    const { upstream, seen, ended } = reading({ maxEvents: 3 });
    upstream.next(block({ events: 2, output: ['b', 'c'], content: true }));
    expect(ended()).toEqual([]);
    upstream.next(text('d'));
    expect(seen.at(-2)).toBe('failed upstream-error');
    expect(ended()).toMatchObject([{ error: { code: 'upstream-error', retryable: false } }]);
  });
});

describe('a reader in this process', () => {
  it('is told that its stream was aborted, and does not take it for an end', () => {
    const { upstream, read, seen } = start();
    read();
    upstream.next(text('a'));
    upstream.error(new SluiceError('client-gone', 'left'));
    expect(seen).toEqual(['a', '! client-gone']);
  });

  it('may leave within a frame: its stream ends once, and nothing is told after that', () => {
    const { upstream, session, events } = start();
    vi.advanceTimersByTime(HEAD_WAIT_MS);
    const held = new Subscription();
    held.add(session.output.subscribe((frame) => frame === 'a' && held.unsubscribe()));
    upstream.next(text('a'));
    expect(events.map(({ type }) => type)).toEqual(['first-token', 'ended']);
  });

  it('may leave with the last frame: the stream has finished all the same', () => {
    const { upstream, session, ended } = start();
    upstream.next(text('a'));
    const held = new Subscription();
    held.add(session.output.subscribe((frame) => frame.startsWith('finish') && held.unsubscribe()));
    upstream.next(finish);
    upstream.next(done);
    expect(ended()).toMatchObject([{ outcome: 'finished' }]);
  });
});
