import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOMY, type CreatedLog, type CreateLog, type LogLimits } from './created-log.js';
import { LogReader } from './log-reader.js';
import { WrittenStream } from './written-stream.js';
import { SOON } from '../support/soon.js';

/** A few frames. */
const NARROW: LogLimits = { ...ROOMY, maxBytesPerStream: 500 };
const BRIEF: LogLimits = { ...ROOMY, keepSeconds: 1 };
/** For what a log does in its own time. */

/** How every StreamLog forgets. */
export function streamLogBounds(name: string, create: CreateLog): void {
  const logOf = (limits: LogLimits) => {
    let created: CreatedLog;
    beforeEach(async () => {
      created = await create(limits);
    });
    afterEach(() => created.close());
    const elsewhere = () => created.reader ?? created.log;
    return {
      begin: () => new WrittenStream(created.log),
      read: ({ id }: WrittenStream) => new LogReader(elsewhere(), id, 0),
      find: ({ id }: WrittenStream) => elsewhere().find(id),
      list: async () => (await elsewhere().list('web', { limit: 10 })).streams,
    };
  };

  describe(`${name}, where a stream outgrows its bytes,`, () => {
    const { begin, read, find } = logOf(NARROW);

    it('skips nothing: who needs what is not retained is told', async () => {
      const stream = begin();
      for (let left = 30; left > 0; left -= 1) stream.write();
      stream.end();
      await expect.poll(async () => (await find(stream))?.firstRetained, SOON).toBeGreaterThan(0);
      const reader = read(stream);
      expect(await reader.ended).toBe('stream-gone');
      expect(stream.from(0).startsWith(reader.text)).toBe(true);
    });
  });

  describe(`${name}, where the time of a stream that ended is over,`, () => {
    const { begin, read, find, list } = logOf(BRIEF);

    it('keeps none of its frames, and knows that there was one', async () => {
      const stream = begin().write(2).end();
      expect(await read(stream).ended).toBe('complete');
      await expect.poll(async () => (await find(stream))?.firstRetained, SOON).toBeGreaterThan(0);
      const found = await find(stream);
      expect(found).toMatchObject({ ...stream.card, state: 'over', frames: found?.firstRetained });
      expect(await read(stream).ended).toBe('stream-gone');
      expect(await list()).toEqual([]);
    });
  });
}
