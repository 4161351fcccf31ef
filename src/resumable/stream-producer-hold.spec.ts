import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/contract/written-stream.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import type { SluiceError } from '../core/sluice-error.js';
import { LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { MemoryStreamLog } from '../stream-log/memory/memory-stream-log.js';
import { StreamProducer } from './stream-producer.js';

const GRACE_MS = 30_000;

/** A recording without a grace, and why it was stopped. */
function record() {
  const streamLog = { maxBytesPerStream: 1_000, maxBytes: 1_000, keepSeconds: 60, leaseMs: 6_000 };
  const log = new MemoryStreamLog({ streamLog });
  const source = new Subject<FrameBytes>();
  const stops: string[] = [];
  const stop = ({ code }: SluiceError) => {
    stops.push(code);
    source.complete();
  };
  const rest = { flow: new BackPressure(), graceMs: 0, detached: false, stop, onEnd: () => undefined };
  return {
    log,
    stops,
    source,
    recording: new StreamProducer({ log, metadata: card(), output: source, ...rest }),
  };
}

describe('Recording, held', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.clearAllTimers();
    vi.useRealTimers();
  });

  it('counts one that holds it as a reader, read or not, until its signal is aborted', async () => {
    const { recording, stops } = record();
    const [first, second] = [new LightAbortController(), new LightAbortController()];
    recording.hold(first, 0);
    recording.read(0, first).output.subscribe();
    recording.hold(second, 0);
    first.abort('left');
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(stops).toEqual([]);
    second.abort('left');
    await vi.advanceTimersByTimeAsync(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('is stopped at once where the one who held it had left before', async () => {
    const { recording, stops } = record();
    const gone = new LightAbortController();
    gone.abort('left');
    recording.hold(gone, 0);
    await vi.advanceTimersByTimeAsync(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('has the longest grace of those who held it', async () => {
    const { recording, stops } = record();
    const graces = [0, GRACE_MS, 1].map((graceMs) => ({ graceMs, signal: new LightAbortController() }));
    for (const { signal, graceMs } of graces) recording.hold(signal, graceMs);
    for (const { signal } of graces) signal.abort('left');
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(stops).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('continues without a grace while a reader reads it elsewhere', async () => {
    const { log, recording, stops } = record();
    const isRead = vi.spyOn(log, 'isReadElsewhere').mockResolvedValue(true);
    const signal = new LightAbortController();
    recording.hold(signal, 0);
    signal.abort('left');
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect([stops, isRead.mock.calls.length]).toEqual([[], 1 + GRACE_MS / 1_000]);
    isRead.mockResolvedValue(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stops).toEqual(['client-gone']);
  });

  it('begins no grace for one that leaves when it is over', () => {
    const { recording, source } = record();
    const signal = new LightAbortController();
    recording.hold(signal, 0);
    source.complete();
    const timers = vi.getTimerCount();
    signal.abort('left');
    expect(vi.getTimerCount()).toBe(timers);
  });
});
