import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { frame } from '../../../../test/contract/written-stream.js';
import { Outbox } from './outbox.js';
import type { Batch, Written } from './redis-stream-writer.js';
import { BatchScheduler } from './batch-scheduler.js';
import { ByteBudget } from './byte-budget.js';

/** What becomes of a batch: it is written and said to be, written and not, or neither; and how long that takes. */
const fate = fc.record({
  isWritten: fc.boolean(),
  isAnswered: fc.boolean(),
  ms: fc.constantFrom(0, 1, 150, 250, 2_000),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('append' as const), frames: fc.integer({ min: 1, max: 70 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 50, 199, 200, 1_000),
    }),
  },
  fc.record({ type: fc.constant('flush' as const) }),
);

/** A log as Redis keeps it: an entry is refused that is not newer than the last one. */
class Log {
  readonly entries: Batch[] = [];
  atOnce = 0;

  constructor(private readonly fates: { isWritten: boolean; isAnswered: boolean; ms: number }[]) {}

  async write(batch: Batch): Promise<Written> {
    this.atOnce += 1;
    if (this.atOnce > 1) throw new Error('There are two batches on their way');
    const { isWritten, isAnswered, ms } = this.fates.shift() ?? { isWritten: true, isAnswered: true, ms: 0 };
    if (isWritten && isNew(batch, this.entries.at(-1))) this.entries.push(batch);
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.atOnce -= 1;
    return isWritten && isAnswered ? 'written' : 'unknown';
  }
}

function isNew(batch: Batch, last: Batch | undefined): boolean {
  return last === undefined || placeOf(batch) > placeOf(last);
}

function placeOf({ first, count, end }: Batch): number {
  return first + count + (end ? 1 : 0);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('writes every frame once and in order, and the end last, whatever becomes of each batch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 15 }),
      fc.array(fate, { maxLength: 15 }),
      async (steps, fates) => {
        const log = new Log(fates);
        const budget = new ByteBudget(1_000_000);
        const onSettled = vi.fn<() => void>();
        const outbox = new Outbox({
          write: (batch) => log.write(batch),
          announceLoss: async () => true,
          maxBytes: 1_000_000,
          keepMs: 1_000,
          budget,
          openingBytes: 0,
          scheduler: new BatchScheduler((leave) => leave()),
          onSettled,
        });
        let text = '';
        let frames = 0;
        for (const next of steps) {
          if (next.type === 'wait') await vi.advanceTimersByTimeAsync(next.ms);
          else if (next.type === 'flush') void outbox.flush();
          else {
            const added = Array.from({ length: next.frames }, (_, at) => frame(frames + at)).join('');
            outbox.append(frames % 2 === 0 ? added : Buffer.from(added));
            text += added;
            frames += next.frames;
          }
        }
        outbox.end();
        await vi.advanceTimersByTimeAsync(50_000);
        expect(Buffer.concat(log.entries.map(({ bytes }) => bytes)).toString()).toBe(text);
        let expected = 0;
        for (const { first, count } of log.entries) {
          expect(first).toBe(expected);
          expected += count;
        }
        expect(expected).toBe(frames);
        expect(log.entries.map(({ end }) => end).indexOf(true)).toBe(log.entries.length - 1);
        expect(onSettled).toHaveBeenCalledOnce();
        expect({ room: budget.bytes, timers: vi.getTimerCount() }).toEqual({ room: 0, timers: 0 });
      },
    ),
    { numRuns: 200 },
  );
});
