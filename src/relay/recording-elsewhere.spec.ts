import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/contract/written-stream.js';
import { Gate } from '../../test/support/gate.js';
import type { Frame } from '../core/frame.js';
import { Flow } from '../core/flow.js';
import type { SluiceError } from '../core/sluice-error.js';
import { MemoryStreamLog } from '../streams/memory-stream-log.js';
import { Recording } from './recording.js';

const GRACE_MS = 30_000;

/** A recording, why it was stopped, and when its log is asked for readers elsewhere. */
function record() {
  const streamLog = { maxBytesPerStream: 1_000, maxBytes: 1_000, keepSeconds: 60, leaseMs: 6_000 };
  const log = new MemoryStreamLog({ streamLog });
  const output = new Subject<Frame>();
  const stops: string[] = [];
  const stop = ({ code }: SluiceError) => {
    stops.push(code);
    output.complete();
  };
  const asked = vi.spyOn(log, 'isReadElsewhere');
  const rest = { flow: new Flow(), graceMs: GRACE_MS, detached: false, stop, onOver: () => undefined };
  const recording = new Recording({ log, card: card(), output, ...rest });
  const visit = () => recording.read(0).output.subscribe();
  return { recording, stops, asked, visit };
}

/** One that is being asked for. */
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

describe('Recording with a reader that comes while it is asked whether others are there', () => {
  it('goes on for a whole grace after that one has left', async () => {
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
