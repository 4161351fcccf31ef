import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { big, KEEP_MS, ROOM_BYTES, Sending, turn } from '../../../../test/support/sending.js';
import { ByteBudget } from './byte-budget.js';

const MINUTE_MS = 60_000;
const OUTAGE_MS = 10 * MINUTE_MS;

let sending: Sending;
beforeEach(() => {
  vi.useFakeTimers();
  sending = new Sending();
});
afterEach(() => void vi.useRealTimers());

describe('Outbox of a stream that is lost', () => {
  it.each([
    { what: 'more waits than 1 MiB', answer: 'unknown' as const, frames: 17 },
    { what: 'it outgrows its bytes', answer: 'written' as const, frames: 65 },
  ])('says so where $what, and sends no more', async ({ answer, frames }) => {
    await sending.begun();
    sending.answer = answer;
    for (let left = frames - 1; left > 0; left -= 1) {
      sending.outbox.append(big(64 * 1024));
      await turn();
    }
    expect(sending.announcements).toBe(0);
    sending.outbox.append(big(64 * 1024));
    const sent = sending.batches.length;
    sending.append(99);
    await vi.advanceTimersByTimeAsync(OUTAGE_MS);
    expect(sending).toMatchObject({ announcements: 1, settled: 1 });
    expect(sending.batches).toHaveLength(sent);
  });

  it('says so where all streams together have no more room, and gives its own back', async () => {
    const room = new ByteBudget(200_000);
    const [one, two] = [new Sending(room), new Sending(room)];
    await turn();
    for (const each of [one, two]) each.answer = 'unknown';
    one.outbox.append(big(60_000));
    two.outbox.append(big(30_000));
    two.outbox.append(big(30_000));
    await turn();
    expect([one.outbox.done, two.outbox.done, two.announcements]).toEqual([false, true, 1]);
    expect(room.bytes).toBe(2 * 60_000);
    one.answer = 'written';
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(room.bytes).toBe(0);
  });

  it('counts a batch that is on its way until it is answered, also where the stream is lost meanwhile', async () => {
    const room = new ByteBudget(ROOM_BYTES);
    sending = new Sending(room);
    await turn();
    sending.answer = undefined;
    sending.outbox.append(big(20_000));
    await turn();
    sending.outbox.append(big(1024 * 1024));
    expect([sending.announcements, room.bytes]).toEqual([1, 2 * 20_000]);
    await sending.reply('unknown');
    expect(room.bytes).toBe(0);
  });

  it('gives the memory of its first batch back when that is written', async () => {
    const room = new ByteBudget(ROOM_BYTES);
    room.add(5_000);
    sending = new Sending(room, undefined, 5_000);
    sending.answer = 'unknown';
    await turn();
    expect(room.bytes).toBe(5_000);
    sending.answer = 'written';
    await vi.advanceTimersByTimeAsync(300);
    expect(room.bytes).toBe(0);
  });

  it('gives it back too where it is closed before', () => {
    const room = new ByteBudget(ROOM_BYTES);
    room.add(5_000);
    sending = new Sending(room, undefined, 5_000);
    sending.outbox.close();
    expect(room.bytes).toBe(0);
  });

  it('says so where the log is gone', async () => {
    await sending.begun();
    sending.answer = 'gone';
    sending.append(0);
    await turn();
    expect(sending).toMatchObject({ announcements: 1, settled: 1 });
  });

  it('says nothing where another one has ended the stream', async () => {
    await sending.begun();
    sending.answer = 'shut-out';
    sending.append(0);
    await turn();
    expect(sending).toMatchObject({ announcements: 0, settled: 1 });
    expect(sending.outbox.done).toBe(true);
  });

  it('says so until it is heard, ever more seldom', async () => {
    await sending.begun();
    sending.hears = false;
    sending.answer = 'gone';
    sending.append(0);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(sending.announcements).toBeGreaterThan(10);
    expect(sending.announcements).toBeLessThan(20);
    expect(sending.settled).toBe(0);
    sending.hears = true;
    const before = sending.announcements;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sending).toMatchObject({ announcements: before + 1, settled: 1 });
  });

  it('says it no more once nobody finds the stream any more', async () => {
    await sending.begun();
    sending.hears = false;
    sending.answer = 'gone';
    sending.append(0);
    await vi.advanceTimersByTimeAsync(KEEP_MS + 5_000);
    expect(sending.settled).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says it no more once it is closed', async () => {
    await sending.begun();
    sending.hears = false;
    sending.answer = 'gone';
    sending.append(0);
    await turn();
    sending.outbox.close();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(sending).toMatchObject({ announcements: 1, settled: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('Outbox that is flushed', () => {
  it('has nothing to do where nothing waits', async () => {
    await sending.begun();
    const flushing = sending.flush();
    await turn();
    expect(flushing.isDone).toBe(true);
    expect(sending.batches).toEqual([]);
  });

  it('sends what waits at once, and nothing else', async () => {
    await sending.begun();
    sending.append(0);
    await turn();
    sending.append(1);
    const flushing = sending.flush();
    await turn();
    expect(flushing.isDone).toBe(true);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(sending.sent.slice(1)).toEqual([{ first: 1, count: 1, end: false }]);
  });

  it('waits for the batch that is on its way, and for what came behind it', async () => {
    await sending.begun();
    sending.answer = undefined;
    sending.append(0);
    await turn();
    sending.append(1);
    const flushing = sending.flush();
    await turn();
    expect(flushing.isDone).toBe(false);
    await sending.reply('written');
    await turn();
    expect(flushing.isDone).toBe(false);
    await sending.reply('written');
    expect(flushing.isDone).toBe(true);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(sending.sent).toHaveLength(2);
  });

  it('waits for the end of a stream that has ended', async () => {
    await sending.begun();
    sending.outbox.end();
    const flushing = sending.flush();
    await turn();
    expect(sending.sent).toEqual([{ first: 0, count: 0, end: true }]);
    expect(flushing.isDone).toBe(true);
  });

  it.each(['gone', 'shut-out'] as const)('waits for nothing that is %s', async (answer) => {
    await sending.begun();
    sending.answer = answer;
    sending.append(0);
    const flushing = sending.flush();
    await turn();
    expect(flushing.isDone).toBe(true);
  });

  it('gives up when it is closed, and holds nothing then', async () => {
    const room = new ByteBudget(ROOM_BYTES);
    sending = new Sending(room);
    sending.answer = 'unknown';
    sending.append(0, 3);
    const flushing = sending.flush();
    await turn();
    sending.outbox.close();
    await turn();
    expect(flushing.isDone).toBe(true);
    sending.append(3);
    sending.outbox.end();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect({ sent: sending.batches.length, room: room.bytes, timers: vi.getTimerCount() }).toEqual({
      sent: 1,
      room: 0,
      timers: 0,
    });
  });
});
