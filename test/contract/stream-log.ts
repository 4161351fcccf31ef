import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamLog } from '../../src/stream-log/stream-log.js';
import { ROOMY, type CreatedLog, type CreateLog } from './created-log.js';
import { LogReader } from './log-reader.js';
import { ObservedStream, step } from './observed-stream.js';
import { streamLogList } from './stream-log-list.js';
import { streamLogBounds } from './stream-log-bounds.js';
import { WrittenStream } from './written-stream.js';

/** What a suite may be told. */
export interface ContractOptions {
  /** How many random runs it makes. @default 200 */
  readonly runs?: number;
}

const WHOLE_FRAMES = /^data: [^]*\n\n$/;
const UNKNOWN = '7be207fdd5464762b935295aabf4c0d7';

/** What every StreamLog keeps. `create` makes an empty one. */
export function streamLogContract(
  name: string,
  create: CreateLog,
  { runs = 200 }: ContractOptions = {},
): void {
  streamLogBounds(name, create);
  streamLogList(name, create);
  describe(`${name} is a StreamLog and`, () => {
    let created: CreatedLog;
    let elsewhere: StreamLog;
    beforeEach(async () => {
      created = await create(ROOMY);
      elsewhere = created.reader ?? created.log;
    });
    afterEach(() => created.close());

    const begin = (fields?: ConstructorParameters<typeof WrittenStream>[1]) =>
      new WrittenStream(created.log, fields);
    const read = ({ id }: { readonly id: string }, from = 0, options = {}) =>
      new LogReader(elsewhere, id, from, options);
    /** A stream of which the readers' log knows. */
    const beginKnown = async () => {
      const stream = begin().write();
      await read(stream).until(stream.from(0));
      return stream;
    };

    it('gives a reader that was there before every frame once and in order, then ends', async () => {
      const stream = begin();
      const reader = read(stream);
      stream.write().write(3).write(2, 'bytes');
      await reader.until(stream.from(0));
      expect(reader.end).toBeUndefined();
      stream.write().end();
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe(stream.from(0));
    });

    it('knows the usage of a stream that is over, and of none that runs', async () => {
      const usage = { promptTokens: 3, completionTokens: 4, totalTokens: 9 };
      const stream = await beginKnown();
      expect((await elsewhere.find(stream.id))?.usage).toBeUndefined();
      await read(stream.end(usage)).ended;
      expect(await elsewhere.find(stream.id)).toMatchObject({ state: 'over', usage });
      const other = await beginKnown();
      await read(other.end()).ended;
      expect((await elsewhere.find(other.id))?.usage).toBeUndefined();
    });

    it('hands over from what was written to what comes without a gap or a double', async () => {
      const stream = begin().write(2).write(2);
      const reader = read(stream);
      await reader.until(stream.from(0));
      stream.write().write(4).end();
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe(stream.from(0));
    });

    it.each([0, 1, 2, 3, 4, 5, 6, 7])('lets a reader join at frame %i, within an entry too', async (from) => {
      const stream = begin().write(1).write(3).write(2, 'bytes');
      const early = read(stream, Math.min(from, 6));
      stream.write(2).end();
      const late = read(stream, from);
      expect([await early.ended, await late.ended]).toEqual(['complete', 'complete']);
      expect(early.text).toBe(stream.from(Math.min(from, 6)));
      expect(late.text).toBe(stream.from(from));
    });

    it('delivers whole frames alone', async () => {
      const stream = begin().write(3);
      const reader = read(stream, 1);
      stream.write(2, 'bytes').end();
      await reader.ended;
      for (const delivery of reader.deliveries) expect(delivery.toString()).toMatch(WHOLE_FRAMES);
    });

    it('begins nowhere else for a reader that joins at the next frame', async () => {
      const stream = begin().write(2);
      const reader = read(stream, 2);
      stream.write(2).end();
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe(stream.from(2));
    });

    it('lets each of many readers have its own pace: one that is paused stops no other', async () => {
      const stream = begin().write();
      const [slow, ...others] = [read(stream), read(stream), read(stream, 1), read(stream)];
      await slow?.until(stream.from(0));
      slow?.flow.pause();
      stream.write(2).write(3).end();
      for (const other of others) expect(await other.ended).toBe('complete');
      expect(others.map(({ text }) => text)).toEqual([stream.from(0), stream.from(1), stream.from(0)]);
      expect({ text: slow?.text, end: slow?.end }).toEqual({ text: stream.frames[0], end: undefined });
      slow?.flow.resume();
      expect(await slow?.ended).toBe('complete');
      expect(slow?.text).toBe(stream.from(0));
    });

    it('gives nothing to a reader that begins paused until it resumes', async () => {
      const stream = begin().write(2);
      const paused = read(stream, 0, { paused: true });
      await read(stream).until(stream.from(0));
      expect(paused.text).toBe('');
      paused.flow.resume();
      await paused.until(stream.from(0));
    });

    it('gives one that pauses itself at a delivery nothing more of what was there', async () => {
      const stream = begin().write().write().write().end();
      await read(stream).ended;
      const paused: LogReader = read(stream, 0, { paused: true, oneAtATime: true });
      while (paused.text !== stream.from(0)) {
        const given = paused.deliveries.length;
        paused.flow.resume();
        await paused.more(given);
        expect(paused.deliveries).toHaveLength(given + 1);
      }
      paused.flow.resume();
      expect(await paused.ended).toBe('complete');
    });

    it('gives a reader that left nothing more, and the others everything', async () => {
      const stream = begin().write();
      const [leaver, stayer] = [read(stream), read(stream)];
      await leaver.until(stream.from(0));
      leaver.leave();
      stream.write(2).end();
      expect(await stayer.ended).toBe('complete');
      expect(leaver.text).toBe(stream.frames[0]);
      expect(leaver.end).toBeUndefined();
    });

    it('is read again after the end, from anywhere', async () => {
      const stream = begin().write(2).write(3).end().end();
      await read(stream).ended;
      const [whole, part] = [read(stream), read(stream, 3)];
      expect([await whole.ended, await part.ended]).toEqual(['complete', 'complete']);
      expect([whole.text, part.text]).toEqual([stream.from(0), stream.from(3)]);
    });

    it('ends a reader at once that has everything of a stream that is over', async () => {
      const stream = begin().write(2).end();
      await read(stream).ended;
      const reader = read(stream, 2);
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe('');
    });

    it('ends a stream without any frame', async () => {
      const stream = begin();
      const reader = read(stream);
      stream.end();
      expect(await reader.ended).toBe('complete');
      expect(await read(stream).ended).toBe('complete');
      expect(reader.text).toBe('');
    });

    it('keeps streams apart', async () => {
      const [one, other] = [begin().write(), begin().write(2)];
      const readers = [read(one), read(other)];
      one.write(2).end();
      other.write().end();
      for (const reader of readers) expect(await reader.ended).toBe('complete');
      expect(readers.map(({ text }) => text)).toEqual([one.from(0), other.from(0)]);
    });

    it('knows nothing of an unknown id', async () => {
      expect(await elsewhere.find(UNKNOWN)).toBeUndefined();
      expect(await read({ id: UNKNOWN }).ended).toBe('stream-gone');
      await expect(elsewhere.stop(UNKNOWN)).resolves.toBeUndefined();
    });

    it('describes a stream while it runs and after its end', async () => {
      const stream = begin({ owner: 'acme', dialect: 'openai-chat', route: 'fast' }).write(3);
      const reader = read(stream);
      await reader.until(stream.from(0));
      expect(await elsewhere.find(stream.id)).toEqual({
        ...stream.card,
        state: 'running',
        firstRetained: 0,
        frames: 3,
        truncated: false,
      });
      stream.write().end();
      await reader.ended;
      expect(await elsewhere.find(stream.id)).toEqual({
        ...stream.card,
        state: 'over',
        firstRetained: 0,
        frames: 4,
        truncated: false,
      });
    });

    it('asks the owner of a stream to stop it, once and no other', async () => {
      const [one, other] = [await beginKnown(), await beginKnown()];
      await elsewhere.stop(one.id);
      await one.stopped;
      expect([one.stops, other.stops]).toEqual([1, 0]);
    });

    it('does not ask for the end of what is over', async () => {
      const [over, running] = [begin().write().end(), await beginKnown()];
      await read(over).ended;
      await elsewhere.stop(over.id);
      await elsewhere.stop(running.id);
      await running.stopped;
      expect(over.stops).toBe(0);
    });

    it('lets what the producer writes after it was asked to stop reach the readers', async () => {
      const stream = await beginKnown();
      const reader = read(stream);
      await elsewhere.stop(stream.id);
      await stream.stopped;
      stream.write().end();
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe(stream.from(0));
    });

    it('gives nothing of a stream that is over to a reader that wants what never was', async () => {
      const stream = begin().write(2).end();
      await read(stream).ended;
      const reader = read(stream, 1_000_000);
      expect(['complete', 'stream-gone']).toContain(await reader.ended);
      expect(reader.text).toBe('');
    });

    it('gives each reader exactly the frames from its position, whatever happens in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const observed = new ObservedStream(created.log, elsewhere);
          for (const next of steps) await observed.run(next);
          await observed.finish();
          for (const { reader, from, left } of observed.joined) {
            const whole = observed.stream.from(from);
            expect(reader.text).toBe(left ? whole.slice(0, reader.text.length) : whole);
            for (const delivery of reader.deliveries) expect(delivery.toString()).toMatch(WHOLE_FRAMES);
            expect(reader.end).toBe(left ? undefined : 'complete');
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
