import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamLog } from '../../src/streams/stream-log.js';
import { LogReader } from './log-reader.js';
import { ObservedStream, step } from './observed-stream.js';
import { WrittenStream } from './written-stream.js';

/** A log that a suite made. */
export interface CreatedLog {
  readonly log: StreamLog;
  close(): Promise<void>;
}

const WHOLE_FRAMES = /^data: [^]*\n\n$/;
const UNKNOWN = '01a207fd-d546-762d-b935-295aabf4c0d7';

/** What every StreamLog keeps. `create` makes an empty one. */
export function streamLogContract(name: string, create: () => Promise<CreatedLog>): void {
  describe(`${name} is a StreamLog and`, () => {
    let created: CreatedLog;
    beforeEach(async () => {
      created = await create();
    });
    afterEach(() => created.close());

    const begin = (fields?: ConstructorParameters<typeof WrittenStream>[1]) =>
      new WrittenStream(created.log, fields);
    const read = ({ id }: { readonly id: string }, from = 0, options = {}) =>
      new LogReader(created.log, id, from, options);

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

    it('gives one that pauses itself at a frame nothing more of what was there', async () => {
      const stream = begin().write().write().write().end();
      const reader: LogReader = read(stream, 0, { paused: true });
      const taken: string[] = [];
      const push = reader.deliveries.push.bind(reader.deliveries);
      reader.deliveries.push = (...frames) => {
        reader.flow.pause();
        taken.push(...frames.map(String));
        return push(...frames);
      };
      for (const written of stream.frames) {
        reader.flow.resume();
        await reader.until(stream.frames.slice(0, stream.frames.indexOf(written) + 1).join(''));
      }
      expect(taken).toEqual(stream.frames);
      reader.flow.resume();
      expect(await reader.ended).toBe('complete');
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
      expect(await created.log.find(UNKNOWN)).toBeUndefined();
      expect(await read({ id: UNKNOWN }).ended).toBe('stream-gone');
      await expect(created.log.stop(UNKNOWN)).resolves.toBeUndefined();
    });

    it('describes a stream while it runs and after its end', async () => {
      const stream = begin({ owner: 'acme', dialect: 'openai-chat', route: 'fast' }).write(3);
      const reader = read(stream);
      await reader.until(stream.from(0));
      expect(await created.log.find(stream.id)).toEqual({
        ...stream.card,
        state: 'running',
        firstKept: 0,
        frames: 3,
      });
      stream.write().end();
      await reader.ended;
      expect(await created.log.find(stream.id)).toEqual({
        ...stream.card,
        state: 'over',
        firstKept: 0,
        frames: 4,
      });
    });

    it('lists the streams of one owner, newest first', async () => {
      const streams = ['web', 'other', 'web', 'web'].map((owner) => begin({ owner }).write());
      for (const stream of streams) await read(stream).until(stream.from(0));
      streams[2]?.end();
      if (streams[2] !== undefined) await read(streams[2]).ended;
      const list = await created.log.list('web');
      expect(list.map(({ id }) => id)).toEqual([streams[3]?.id, streams[2]?.id, streams[0]?.id]);
      expect(list.map(({ state }) => state)).toEqual(['running', 'over', 'running']);
      expect(await created.log.list('nobody')).toEqual([]);
    });

    it('asks the owner of a stream to stop it, once and no other', async () => {
      const [one, other] = [begin().write(), begin().write()];
      await created.log.stop(one.id);
      await one.stopped;
      expect([one.stops, other.stops]).toEqual([1, 0]);
    });

    it('does not ask for the end of what is over', async () => {
      const [over, running] = [begin().write().end(), begin().write()];
      await read(over).ended;
      await created.log.stop(over.id);
      await created.log.stop(running.id);
      await running.stopped;
      expect(over.stops).toBe(0);
    });

    it('lets what the producer writes after it was asked to stop reach the readers', async () => {
      const stream = begin().write();
      const reader = read(stream);
      await created.log.stop(stream.id);
      await stream.stopped;
      stream.write().end();
      expect(await reader.ended).toBe('complete');
      expect(reader.text).toBe(stream.from(0));
    });

    it('gives each reader exactly the frames from its position, whatever happens in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const observed = new ObservedStream(created.log);
          for (const next of steps) await observed.run(next);
          await observed.finish();
          for (const { reader, from, left } of observed.joined) {
            const whole = observed.stream.from(from);
            expect(reader.text).toBe(left ? whole.slice(0, reader.text.length) : whole);
            for (const delivery of reader.deliveries) expect(delivery.toString()).toMatch(WHOLE_FRAMES);
            expect(reader.end).toBe(left ? undefined : 'complete');
          }
        }),
        { numRuns: 200 },
      );
    });
  });
}
