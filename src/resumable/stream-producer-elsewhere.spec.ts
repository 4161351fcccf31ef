import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/contract/written-stream.js';
import { Gate } from '../../test/support/gate.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import { BackPressure } from '../core/flow-control/back-pressure.js';
import type { SluiceError } from '../core/sluice-error.js';
import { MemoryStreamLog } from '../stream-log/memory/memory-stream-log.js';
import { StreamProducer } from './stream-producer.js';

const GRACE_MS = 30_000;
const DAY_MS = 86_400_000;

/** What the log says when it is asked whether a stream is read elsewhere. */
type Said = 'yes' | 'no' | 'nothing';

/** A recording, why it was stopped, and what its log says of readers elsewhere. */
function record({ detached = false, graceMs = GRACE_MS } = {}) {
  const streamLog = { maxBytesPerStream: 1_000, maxBytes: 1_000, keepSeconds: 60, leaseMs: 6_000 };
  const log = new MemoryStreamLog({ streamLog });
  const output = new Subject<FrameBytes>();
  const stops: string[] = [];
  const stop = ({ code }: SluiceError) => {
    stops.push(code);
    output.complete();
  };
  const requested = vi.spyOn(log, 'isReadElsewhere');
  const says = (textSoFar: Said) => {
    if (textSoFar === 'nothing') requested.mockRejectedValue(new Error('Redis does not answer'));
    else requested.mockResolvedValue(textSoFar === 'yes');
  };
  const rest = { flow: new BackPressure(), graceMs, detached, stop, onEnd: () => undefined };
  const producer = new StreamProducer({ log, metadata: card(), output, ...rest });
  const visit = () => producer.read(0).output.subscribe();
  return { recording: producer, stops, asked: requested, says, visit };
}

/** A lookup in progress. */
async function asking(said: boolean) {
  const all = record();
  const answered = new Gate();
  all.asked.mockImplementationOnce(async () => {
    await answered.opened;
    return said;
  });
  all.visit().unsubscribe();
  await pass(GRACE_MS);
  expect(all.asked).toHaveBeenCalledOnce();
  return { ...all, answer: () => answered.open() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('StreamProducer of which nobody can say whether it is read elsewhere', () => {
  it.each([0, 1_000, GRACE_MS])(
    'continues, and is requested again, with a grace of %i ms',
    async (graceMs) => {
      const { stops, asked: requested, says, visit } = record({ graceMs });
      says('nothing');
      visit().unsubscribe();
      await pass(graceMs + 20_000);
      expect(stops).toEqual([]);
      expect(requested.mock.calls.length).toBeGreaterThan(15);
      says('yes');
      await pass(1_000);
      says('nothing');
      await pass(DAY_MS);
      expect(stops).toEqual([]);
    },
  );

  it('is stopped as soon as nobody reads it', async () => {
    const { stops, says, visit } = record();
    says('nothing');
    visit().unsubscribe();
    await pass(GRACE_MS + 20_000);
    says('no');
    await pass(1_000);
    expect(stops).toEqual(['client-gone']);
  });

  it('is stopped after a minute without an answer where nobody was seen there', async () => {
    const { stops, says, visit } = record();
    says('nothing');
    visit().unsubscribe();
    await pass(GRACE_MS + 59_000);
    expect(stops).toEqual([]);
    await pass(2_000);
    expect(stops).toEqual(['client-gone']);
  });

  it('has a minute again each time that it was read here', async () => {
    const { stops, says, visit } = record({ graceMs: 0 });
    says('nothing');
    for (let left = 3; left > 0; left -= 1) {
      visit().unsubscribe();
      await pass(50_000);
    }
    expect(stops).toEqual([]);
  });
});

describe('StreamProducer with a reader that comes while it is asked whether others are there', () => {
  it('continues for a whole grace after that one has left', async () => {
    const { stops, visit, answer } = await asking(false);
    visit().unsubscribe();
    answer();
    await pass(GRACE_MS - 1);
    expect(stops).toEqual([]);
    await pass(1);
    expect(stops).toEqual(['client-gone']);
  });

  it('keeps no timer of a grace that is over', async () => {
    const { stops, visit, answer } = await asking(true);
    visit().unsubscribe();
    answer();
    await pass(GRACE_MS / 2);
    const reader = visit();
    reader.unsubscribe();
    await pass(GRACE_MS - 1);
    expect(stops).toEqual([]);
    await pass(1);
    expect(stops).toEqual(['client-gone']);
  });
});

describe('StreamProducer that is read elsewhere', () => {
  it('continues for its whole grace after it was seen there last', async () => {
    const { stops, says, visit } = record();
    says('yes');
    visit().unsubscribe();
    await pass(3 * GRACE_MS);
    says('no');
    await pass(GRACE_MS);
    expect(stops).toEqual([]);
    await pass(5_000);
    expect(stops).toEqual(['client-gone']);
  });

  it('has no grace after it was read there where it has none', async () => {
    const { stops, says, visit } = record({ graceMs: 0 });
    says('yes');
    visit().unsubscribe();
    await pass(GRACE_MS);
    expect(stops).toEqual([]);
    says('no');
    await pass(1_000);
    expect(stops).toEqual(['client-gone']);
  });

  it('needs readers from then on where it is detached', async () => {
    const { stops, says } = record({ detached: true });
    says('no');
    await pass(10 * GRACE_MS);
    says('yes');
    await pass(5_000);
    says('no');
    await pass(GRACE_MS);
    expect(stops).toEqual([]);
    await pass(5_000);
    expect(stops).toEqual(['client-gone']);
  });

  it.each(['no', 'nothing'] as const)(
    'runs to its end where it is detached and the log says %s',
    async (textSoFar) => {
      const { stops, says, asked: requested } = record({ detached: true });
      says(textSoFar);
      await pass(600_000);
      expect(stops).toEqual([]);
      // One that comes for a moment leaves a sign for five seconds.
      expect(requested.mock.calls.length).toBeGreaterThan(600 / 5);
      expect(requested.mock.calls.length).toBeLessThanOrEqual(600 / 4);
    },
  );
});
