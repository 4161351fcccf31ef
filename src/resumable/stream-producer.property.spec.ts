import fc from 'fast-check';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { card, frame } from '../../test/contract/written-stream.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import { LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { MemoryStreamLog } from '../stream-log/memory/memory-stream-log.js';
import { StreamProducer } from './stream-producer.js';

/** Longer than the one who starts a stream may take to read it. */
const GRACE_MS = 10_000;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'join' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('leave' as const, 'abort' as const), who: fc.nat(6) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(GRACE_MS) }) },
  fc.constant({ type: 'write' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A recording, and how long nobody has read it. */
class Observed {
  readonly log = new MemoryStreamLog({
    streamLog: { maxBytesPerStream: 1_000_000, maxBytes: 1_000_000, keepSeconds: 1, leaseMs: 6_000 },
  });
  readonly stop = vi.fn<() => void>();
  readonly readers: { readonly signal: LightAbortController; leave(): void; gone: boolean }[] = [];
  alone = 0;
  readonly #source = new Subject<FrameBytes>();
  readonly #recording: StreamProducer;

  constructor(readonly detached: boolean) {
    const { log, stop } = this;
    const options = {
      log,
      stop,
      detached,
      output: this.#source,
      flow: new BackPressure(),
      graceMs: GRACE_MS,
    };
    this.#recording = new StreamProducer({ ...options, metadata: card(), onEnd: () => undefined });
  }

  get present(): number {
    return this.readers.filter(({ gone }) => !gone).length;
  }

  async run(next: Step): Promise<void> {
    if (next.type === 'write') this.#source.next(frame(0));
    if (next.type === 'join') this.#join();
    if (next.type === 'leave' || next.type === 'abort') this.#leave(next.who, next.type);
    if (next.type !== 'wait') return;
    await vi.advanceTimersByTimeAsync(next.ms);
    if (this.present === 0 && !(this.detached && this.readers.length === 0)) this.alone += next.ms;
  }

  end(): void {
    this.#source.complete();
    void this.log.close();
  }

  #join(): void {
    const signal = new LightAbortController();
    const subscription = this.#recording.read(0, signal).output.subscribe();
    this.readers.push({ signal, leave: () => subscription.unsubscribe(), gone: false });
    this.alone = 0;
  }

  #leave(who: number, how: 'leave' | 'abort'): void {
    const reader = this.readers[who];
    if (how === 'leave') reader?.leave();
    else reader?.signal.abort('left');
    if (reader !== undefined) reader.gone = true;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

it('a recording is stopped when it was alone for its grace, and never before, whoever comes and goes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, detached) => {
      const observed = new Observed(detached);
      for (const next of steps) {
        await observed.run(next);
        expect(observed.stop).toHaveBeenCalledTimes(observed.alone >= GRACE_MS ? 1 : 0);
        expect(vi.getTimerCount()).toBe(observed.present === 0 && observed.alone < GRACE_MS ? 1 : 0);
        if (observed.alone >= GRACE_MS) break;
      }
      observed.end();
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 500 },
  );
});
