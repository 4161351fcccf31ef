import { Observable, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card, frame } from '../../test/contract/written-stream.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import type { SluiceError } from '../core/sluice-error.js';
import { LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { MemoryStreamLog } from '../stream-log/memory/memory-stream-log.js';
import { StreamProducer } from './stream-producer.js';

const GRACE_MS = 30_000;
const ROOM = 4;

/** A recording, its source and everything that it does. The source fails where it is stopped, as the relay's does. */
function record({ detached = false, graceMs = GRACE_MS } = {}) {
  const size = Buffer.byteLength(frame(0));
  const streamLog = {
    maxBytesPerStream: ROOM * size,
    maxBytes: 1_000 * size,
    keepSeconds: 60,
    leaseMs: 6_000,
  };
  const log = new MemoryStreamLog({ streamLog });
  const source = new Subject<FrameBytes>();
  const [flow, stops, onEnd] = [new BackPressure(), [] as string[], vi.fn<() => void>()];
  const stop = ({ code }: SluiceError) => {
    stops.push(code);
    source.next(`event: failed\ndata: {"code":"${code}"}\n\n`);
    source.complete();
  };
  const options = { log, metadata: card(), output: source, flow, graceMs, detached, stop, onEnd };
  const producer = new StreamProducer(options);
  const read = (from = 0, signal = new LightAbortController()) => {
    const reader = { text: '', end: undefined as string | undefined, signal, leave: () => {}, flow };
    const reading = producer.read(from, signal);
    const subscription = reading.output.subscribe({
      next: (bytes) => (reader.text += bytes.toString()),
      error: ({ code }: SluiceError) => (reader.end = code),
      complete: () => (reader.end = 'complete'),
    });
    return Object.assign(reader, { flow: reading.flow, leave: () => subscription.unsubscribe() });
  };
  return { log, source, flow, stops, onEnd, recording: producer, read, id: options.metadata.id };
}

describe('StreamProducer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.clearAllTimers();
    vi.useRealTimers();
  });

  it('gives a reader what was recorded before and what comes', () => {
    const { source, read } = record();
    source.next(frame(0));
    const reader = read();
    source.next(frame(1));
    source.complete();
    expect(reader).toMatchObject({ text: frame(0) + frame(1), end: 'complete' });
  });

  it('is stopped as client-gone when nobody comes', async () => {
    const { stops } = record();
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(stops).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('gives the one who started it five seconds to read it, however short the grace is', async () => {
    const [idle, read] = [record({ graceMs: 1 }), record({ graceMs: 1 })];
    await vi.advanceTimersByTimeAsync(4_999);
    expect(idle.stops).toEqual([]);
    read.read().leave();
    await vi.advanceTimersByTimeAsync(1);
    expect([idle.stops, read.stops]).toEqual([['client-gone'], ['client-gone']]);
  });

  it('continues while its reader is away, for one that comes back in time', async () => {
    const { source, read, stops } = record();
    const first = read();
    source.next(frame(0));
    first.signal.abort('left');
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    source.next(frame(1));
    const again = read(1);
    await vi.advanceTimersByTimeAsync(GRACE_MS * 10);
    source.next(frame(2));
    source.complete();
    expect(first).toMatchObject({ text: frame(0), end: 'complete' });
    expect(again).toMatchObject({ text: frame(1) + frame(2), end: 'complete' });
    expect(stops).toEqual([]);
  });

  it('is stopped when its reader leaves for good, and tells a late reader so', async () => {
    const { source, read, stops, onEnd, recording } = record();
    const reader = read();
    source.next(frame(0));
    await vi.advanceTimersByTimeAsync(GRACE_MS * 10);
    reader.leave();
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual(['client-gone']);
    expect({ over: recording.over, told: onEnd.mock.calls.length }).toEqual({ over: true, told: 1 });
    expect(read(1)).toMatchObject({ text: expect.stringContaining('client-gone'), end: 'complete' });
  });

  it('begins a whole grace each time that its last reader leaves', async () => {
    const { read, stops } = record();
    for (let left = 5; left > 0; left -= 1) {
      read().leave();
      await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    }
    expect(stops).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('is kept by any one of its readers', async () => {
    const { read, stops } = record();
    const [one, other] = [read(), read()];
    one.leave();
    await vi.advanceTimersByTimeAsync(GRACE_MS * 2);
    expect(stops).toEqual([]);
    other.signal.abort('left');
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual(['client-gone']);
  });

  it('counts a reader that leaves in two ways once', async () => {
    const { read, stops } = record();
    const [one] = [read(), read()];
    one.signal.abort('left');
    one.leave();
    one.signal.abort('left again');
    await vi.advanceTimersByTimeAsync(GRACE_MS * 2);
    expect(stops).toEqual([]);
  });

  it('counts a reading only while it is subscribed', async () => {
    const { recording, stops } = record();
    recording.read(0);
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual(['client-gone']);
  });

  it('counts a reader that fell out of the window as one that has left', async () => {
    const { source, read, stops } = record();
    const [slow, fast] = [read(), read()];
    slow.flow.pause();
    for (let number = 0; number <= ROOM; number += 1) source.next(frame(number));
    expect(slow.end).toBe('stream-gone');
    await vi.advanceTimersByTimeAsync(GRACE_MS * 2);
    fast.leave();
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual(['client-gone']);
  });

  it('runs to its end without any reader where it is detached', async () => {
    const { source, read, stops, onEnd } = record({ detached: true });
    await vi.advanceTimersByTimeAsync(GRACE_MS * 100);
    source.next(frame(0));
    source.complete();
    expect({ stops, told: onEnd.mock.calls.length }).toEqual({ stops: [], told: 1 });
    expect(read()).toMatchObject({ text: frame(0), end: 'complete' });
  });

  it('needs readers once it had one, detached or not', async () => {
    const { read, stops } = record({ detached: true });
    read().leave();
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual(['client-gone']);
  });

  it('is stopped as cancelled when its log is asked to, for all of its readers', async () => {
    const { log, id, source, read, stops, recording } = record();
    const readers = [read(), read()];
    source.next(frame(0));
    await log.stop(id);
    await log.stop(id);
    expect({ stops, over: recording.over }).toEqual({ stops: ['cancelled'], over: true });
    for (const reader of readers) {
      expect(reader).toMatchObject({ text: expect.stringContaining('cancelled'), end: 'complete' });
    }
  });

  it('ends where its source fails without a frame', () => {
    const { source, read, onEnd } = record();
    const reader = read();
    source.error(new Error('no frame for it'));
    expect({ end: reader.end, told: onEnd.mock.calls.length }).toEqual({ end: 'complete', told: 1 });
  });

  it('is over at once where its source is', () => {
    const [flow, onEnd] = [new BackPressure(), vi.fn<() => void>()];
    const streamLog = { maxBytesPerStream: 1_000, maxBytes: 1_000, keepSeconds: 1, leaseMs: 6_000 };
    const output = new Observable<FrameBytes>((subscriber) => {
      subscriber.next(frame(0));
      subscriber.complete();
    });
    const log = new MemoryStreamLog({ streamLog });
    const rest = { graceMs: GRACE_MS, detached: false, stop: vi.fn<() => void>() };
    const producer = new StreamProducer({ ...rest, log, metadata: card(), output, flow, onEnd });
    void log.close();
    expect({ over: producer.over, timers: vi.getTimerCount() }).toEqual({ over: true, timers: 0 });
  });

  it('pauses its source for its fastest reader, and lets it continue', () => {
    const { source, read, flow } = record();
    const reader = read();
    reader.flow.pause();
    for (let number = 0; number < ROOM; number += 1) source.next(frame(number));
    expect(flow.paused).toBe(false);
    source.next(frame(ROOM));
    expect(flow.paused).toBe(true);
    reader.flow.resume();
    expect(flow.paused).toBe(false);
  });

  it('leaves no listener on the signals of its readers', () => {
    const { source, read } = record();
    const signals = [
      new LightAbortController(),
      new LightAbortController(),
      new LightAbortController(),
    ] as const;
    const spies = signals.map((signal) => ({
      added: vi.spyOn(signal, 'addEventListener'),
      removed: vi.spyOn(signal, 'removeEventListener'),
    }));
    read(0, signals[0]);
    read(0, signals[1]).leave();
    read(0, signals[2]);
    signals[2].abort('left');
    source.complete();
    for (const { added, removed } of spies) {
      expect(added).toHaveBeenCalledOnce();
      expect(removed.mock.calls).toEqual(added.mock.calls);
    }
  });

  it.each([
    { how: 'with a reader', away: false, waiting: 0 },
    { how: 'without one', away: true, waiting: 1 },
  ])('leaves no timer when it ends $how', ({ away, waiting }) => {
    const { log, source, read } = record();
    const reader = read();
    if (away) reader.leave();
    expect(vi.getTimerCount()).toBe(waiting);
    source.complete();
    void log.close();
    reader.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});
